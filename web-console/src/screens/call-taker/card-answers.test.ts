import { describe, expect, it } from 'vitest';
import type { Incident } from '../../api/types';
import { newTo } from './card-answers.svelte';

describe('newTo', () => {
  const known = [{ card: 'api', question: 'di_dalam', answer: 'ya' }] as Incident['answers'];

  it('leaves what the first caller said, and what was taken back', () => {
    const typed = [
      { card: 'api', question: 'di_dalam', answer: 'tidak' },
      { card: 'api', question: 'bahan', answer: 'ya' },
      { card: 'api', question: 'luka', answer: null },
      { card: 'gas', question: 'di_dalam', answer: 'ya' },
    ];
    expect(newTo({ answers: known }, typed)).toEqual([typed[1], typed[3]]);
    expect(newTo({ answers: [] }, typed)).toHaveLength(3);
  });
});
