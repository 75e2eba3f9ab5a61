import { expect, it } from 'vitest';
import { Problem, Unreachable } from '../../api/problem';
import { Saving } from './saving';

const body = (text: string) => ({ id: 'd1', revision: null as number | null, text });
const now = (revision: number, who = 'u1') => ({ revision, changed_by: { id: who } });
const changed = (current: object) =>
  new Problem({ status: 409, code: 'draft_changed', title: '', current: current as never });
type Sent = ReturnType<typeof body>;

it('says the same words with the same key, and other words with another one', async () => {
  const saving = new Saving();
  const keys: string[] = [];
  const lost = (_: Sent, key: string): Promise<never> => {
    keys.push(key);
    return Promise.reject(new Unreachable(null));
  };
  for (const text of ['a', 'a', 'b']) await saving.save(body(text), 'u1', lost).catch(() => undefined);
  expect(keys[0]).toBe(keys[1]);
  expect(keys[2]).not.toBe(keys[1]);
});

it('writes over what arrived of a save whose answer was lost', async () => {
  const saving = new Saving();
  await saving.save(body('a'), 'u1', () => Promise.reject(new Unreachable(null))).catch(() => undefined);
  const seen: (number | null)[] = [];
  const saved = await saving.save(body('b'), 'u1', (said) => {
    seen.push(said.revision);
    return said.revision === null ? Promise.reject(changed(now(1))) : Promise.resolve(now(2));
  });
  expect([seen, saved.revision]).toEqual([[null, 1], 2]);
});

it('never writes over somebody else, nor over oneself at another desk', async () => {
  const saving = new Saving();
  const meets = (current: object) => saving.save(body('b'), 'u1', () => Promise.reject(changed(current)));
  await expect(meets(now(1))).rejects.toThrow(Problem);
  await saving.save(body('a'), 'u1', () => Promise.reject(new Unreachable(null))).catch(() => undefined);
  await expect(meets(now(1, 'u2'))).rejects.toThrow(Problem);
  await expect(meets(now(2))).rejects.toThrow(Problem);
});
