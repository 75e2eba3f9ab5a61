import { describe, expect, it } from 'vitest';
import { dictionaries, t, words, type Key } from './words.svelte';

const keys = Object.keys(dictionaries.id) as Key[];
const names = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(dictionaries.en).sort()).toEqual([...keys].sort());
  });

  it('have no empty sentence', () => {
    const empty = keys.filter((key) => !dictionaries.id[key].trim() || !dictionaries.en[key].trim());
    expect(empty).toEqual([]);
  });

  it('have the same names in braces', () => {
    const differing = keys.filter(
      (key) => names(dictionaries.en[key]).join() !== names(dictionaries.id[key]).join(),
    );
    expect(differing).toEqual([]);
  });

  it('have no sentence that nothing uses', async () => {
    const sources = import.meta.glob('/src/**/*.{svelte,ts}', { query: '?raw', import: 'default' });
    const text = (
      await Promise.all(
        Object.entries(sources)
          .filter(([path]) => !path.includes('/i18n/') && !path.endsWith('.test.ts'))
          .map(([, load]) => load() as Promise<string>),
      )
    ).join('\n');
    // Keys that are put together (`priority.${…}`) count by their family; a family has no other keys.
    const families = new Set(
      [...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)*[._])\$\{/g)].map((match) => match[1]),
    );
    const unused = keys.filter(
      (key) =>
        !text.includes(`'${key}'`) && ![...families].some((family) => family && key.startsWith(family)),
    );
    expect(unused).toEqual([]);
  });
});

describe('a sentence', () => {
  it('takes its names', () => {
    words.use('id');
    expect(t('form.sent', { number: '2026-000012', n: 3 })).toBe(
      'Insiden 2026-000012 diteruskan ke 3 instansi.',
    );
    words.use('en');
    expect(t('form.sent', { number: '2026-000012', n: 3 })).toBe('Incident 2026-000012 sent to 3 agencies.');
    words.use('id');
  });
});
