import { whenSignedOut } from '../api/client';
import { api } from '../api/endpoints';
import { Problem } from '../api/problem';
import type { Role, Session, User } from '../api/types';
import { liveBy } from './time';

type Phase = 'asking' | 'signed_out' | 'signed_in';

/** Who sits at this desk. The proof is a cookie that this program cannot read. */
class CurrentSession {
  phase = $state<Phase>('asking');
  user = $state.raw<User | null>(null);
  /** True after the server ended a session by itself: the log-in page then says why it is back. */
  expired = $state(false);
  #leaving: (() => void)[] = [];
  #before: (() => Promise<void>)[] = [];

  constructor() {
    whenSignedOut(() => this.#lost());
  }

  async resume(): Promise<void> {
    try {
      this.#enter(await api.session());
    } catch (error) {
      // Without an answer we cannot know; the log-in page is the place that tells what is wrong.
      if (this.phase !== 'signed_in') this.phase = 'signed_out';
      else if (error instanceof Problem && error.status === 401) this.#lost();
    }
  }

  async signIn(username: string, password: string): Promise<void> {
    this.#enter(await api.signIn(username, password));
  }

  async signOut(): Promise<void> {
    for (const act of this.#before) await act();
    await api.signOut();
    this.#forget();
    this.expired = false;
  }

  /** Runs before this person signs out, while the server still knows them. It may fail in silence only. */
  beforeSignOut(act: () => Promise<void>): void {
    this.#before.push(act);
  }

  /** Runs when this person leaves: whatever the screens hold about people goes with them. */
  onLeave(forget: () => void): void {
    this.#leaving.push(forget);
  }

  #enter(session: Session): void {
    const another = this.user !== null && this.user.id !== session.user.id;
    if (another) for (const forget of this.#leaving) forget();
    liveBy(session.zone);
    this.user = session.user;
    this.phase = 'signed_in';
    this.expired = false;
  }

  #forget(): void {
    for (const forget of this.#leaving) forget();
    this.user = null;
    this.phase = 'signed_out';
  }

  // The form of a call-taker stays: the same person will be back in a minute to send it.
  #lost(): void {
    if (this.phase !== 'signed_in') return;
    this.phase = 'signed_out';
    this.expired = true;
  }
}

export const session = new CurrentSession();

/** Each role has one home. */
export function homeOf(role: Role): string {
  switch (role) {
    case 'call_taker':
      return '/panggilan';
    case 'dispatcher':
      return '/instansi';
    case 'supervisor':
    case 'admin':
    case 'auditor':
      return '/pengawas';
    case 'wall':
      return '/dinding';
  }
}
