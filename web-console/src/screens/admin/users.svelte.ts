import { newKey } from '../../api/client';
import { api } from '../../api/endpoints';
import { Problem } from '../../api/problem';
import type { Role, User } from '../../api/types';
import { tellFailure } from '../../app/failure';
import { t, words } from '../../app/i18n/words.svelte';
import { toasts } from '../../parts/toasts.svelte';
import { passwordForOnce } from './password';

/** What the form of an account holds. */
export interface AccountFields {
  username: string;
  name: string;
  role: Role;
  agency: string;
  decree: string;
}

export const emptyAccount: Readonly<AccountFields> = {
  username: '',
  name: '',
  role: 'call_taker',
  agency: '',
  decree: '',
};

/** A password that is shown once, on paper or over the telephone. */
export interface ShownOnce {
  user: User;
  password: string;
}

/** Accounts as the administrator keeps them. */
class Accounts {
  all = $state.raw<User[]>([]);
  loaded = $state(false);
  busy = $state(false);
  /** What the server said of fields. */
  refused = $state.raw<Record<string, string>>({});
  once = $state.raw<ShownOnce | null>(null);
  #key = newKey();

  async load(): Promise<void> {
    try {
      this.all = await api.users();
      this.loaded = true;
    } catch (error) {
      tellFailure(error);
    }
  }

  async add(fields: AccountFields): Promise<User | null> {
    const password = passwordForOnce();
    const { username, name, role, agency, decree } = fields;
    const made = await this.#do(() =>
      api.addUser(
        {
          username,
          name,
          role,
          password,
          temporary: true,
          ...(role === 'dispatcher' && agency && { agency }),
          ...(decree && { decree }),
        },
        this.#key,
      ),
    );
    if (!made) return null;
    this.#key = newKey();
    this.once = { user: made, password };
    return made;
  }

  async change(user: User, fields: AccountFields): Promise<User | null> {
    const agency = fields.role === 'dispatcher' ? fields.agency : '';
    return this.#do(() =>
      api.changeUser(user.id, {
        ...(fields.name !== user.name && { name: fields.name }),
        ...(fields.role !== user.role && { role: fields.role }),
        ...(agency && agency !== user.agency_id && { agency }),
        ...(fields.decree && { decree: fields.decree }),
      }),
    );
  }

  async setActive(user: User, active: boolean, decree: string): Promise<void> {
    await this.#do(() => api.changeUser(user.id, { active, ...(decree && { decree }) }));
  }

  async endSessions(user: User): Promise<void> {
    if (await this.#do(() => api.changeUser(user.id, { end_sessions: true })))
      toasts.say({ tone: 'good', title: t('users.sessions_ended', { name: user.name }) });
  }

  async newPassword(user: User): Promise<void> {
    const password = passwordForOnce();
    const changed = await this.#do(() => api.changeUser(user.id, { password, temporary: true }));
    if (changed) this.once = { user: changed, password };
  }

  async #do(act: () => Promise<User>): Promise<User | null> {
    if (this.busy) return null;
    this.busy = true;
    this.refused = {};
    try {
      const user = await act();
      this.all = [...this.all.filter((one) => one.id !== user.id), user].sort((one, other) =>
        one.username.localeCompare(other.username),
      );
      return user;
    } catch (error) {
      this.#refuse(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #refuse(error: unknown): void {
    const faults = error instanceof Problem ? (error.body.errors ?? []) : [];
    if (error instanceof Problem && faults.length > 0) {
      const said = faults.map((one) => [one.field, error.field(one.field, words.language) ?? one.message]);
      this.refused = Object.fromEntries(said) as Record<string, string>;
    } else if (error instanceof Problem && error.code === 'username_taken') {
      this.refused = { username: error.title(words.language) };
    } else tellFailure(error);
  }
}

export const accounts = new Accounts();
