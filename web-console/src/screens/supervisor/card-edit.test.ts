import { describe, expect, it } from 'vitest';
import type { Card } from '../../api/types';
import { codeFor, copy, differences, keyFor, linesOf, moved, newAnswer, newQuestion } from './card-edit';

const names = {
  question: (n: number) => `Pertanyaan ${n}`,
  instruction: (title: string) => `Petunjuk ${title}`,
  field: (name: string) => name,
  flag: (code: string) => code,
};

function card(): Card {
  const empty: Card = {
    code: 'kejang',
    since: 1,
    title: { id: 'Kejang', en: 'Seizure' },
    types: ['kejang'],
    owner: 'Dinas Kesehatan',
    decree: 'belum disahkan',
    within_s: 45,
    first: [],
    questions: [],
  };
  const question = newQuestion(empty);
  question.text = { id: 'Masih kejang?', en: 'Still going on?' };
  return { ...empty, questions: [question] };
}

describe('a difference', () => {
  it('is none between equal cards', () => {
    expect(differences(linesOf(card(), [], names), linesOf(card(), [], names))).toEqual([]);
  });

  it('shows what is other, new and gone', () => {
    const after = copy(card());
    after.questions[0]!.text.id = 'Masih kejang sekarang?';
    after.questions[0]!.answers[0]!.priority = 'P1';
    after.questions[0]!.answers.pop();
    after.questions.push(newQuestion(after));
    const found = differences(linesOf(card(), [], names), linesOf(after, [], names));
    expect(found.slice(0, 2)).toEqual([
      {
        where: 'Pertanyaan 1',
        before: 'Masih kejang? / Still going on?',
        after: 'Masih kejang sekarang? / Still going on?',
      },
      { where: 'Pertanyaan 1 · Y', before: 'Ya / Yes', after: 'Ya / Yes · ≥ P1' },
    ]);
    expect(found.filter((one) => one.before === '').map((one) => one.where)).toEqual([
      'Pertanyaan 2',
      'Pertanyaan 2 · Y',
      'Pertanyaan 2 · T',
    ]);
    expect(found.at(-1)).toEqual({ where: 'Pertanyaan 1 · T', before: 'Tidak / No', after: '' });
  });
});

describe('what is new', () => {
  it('has a code and a letter that nobody has', () => {
    expect(codeFor('Luka bakar?', [])).toBe('luka_bakar');
    expect(codeFor('Luka bakar?', ['luka_bakar'])).toBe('luka_bakar_2');
    expect(codeFor('skip', [])).toBe('skip_2');
    expect(keyFor('Mati', ['A'])).toBe('T');
    const question = newQuestion(card());
    expect(question.code).toBe('pertanyaan_2');
    expect(newAnswer(question).key).toBe('A');
  });

  it('moves within its list only', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });
});
