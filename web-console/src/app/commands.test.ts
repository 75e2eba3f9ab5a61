import { describe, expect, it } from 'vitest';
import { COMMANDS_SHOWN_MAX, find, type Command } from './commands.svelte';

const named = (label: string, detail?: string, key?: string): Command => ({
  label,
  act: () => undefined,
  ...(detail && { detail }),
  ...(key && { key }),
});
const all = [
  named('jawab panggilan berikutnya', undefined, 'F2'),
  named('Jenis: Kebakaran bangunan', 'P1'),
  named('Jenis: Kebakaran hutan dan lahan', 'P2'),
  named('Tambahkan Damkar Toboali', 'damkar'),
  named('Buka 112-2026-000123', 'Kebakaran bangunan · Pasar Toboali'),
  named('Wilayah: Toboali', ''),
];
const found = (typed: string) => find(all, typed).map((one) => one.label);

describe('the command line', () => {
  it('finds by the beginnings of words, in any order', () => {
    expect(found('keb bang')[0]).toBe('Jenis: Kebakaran bangunan');
    expect(found('hutan jenis')).toEqual(['Jenis: Kebakaran hutan dan lahan']);
    expect(found('wil tob')).toEqual(['Wilayah: Toboali']);
  });

  it('finds an incident by the end of its number, and a command by its key', () => {
    expect(found('123')).toEqual(['Buka 112-2026-000123']);
    expect(found('f2')).toEqual(['jawab panggilan berikutnya']);
  });

  it('offers nothing where a word fits nothing, and never more than can be read', () => {
    expect(found('kebakaran zzz')).toEqual([]);
    const many = Array.from({ length: 40 }, (_, n) => named(`Wilayah: Desa ${n}`));
    expect(find(many, 'desa')).toHaveLength(COMMANDS_SHOWN_MAX);
    expect(find(many, '')).toHaveLength(COMMANDS_SHOWN_MAX);
  });
});
