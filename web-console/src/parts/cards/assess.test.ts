import { describe, expect, it } from 'vitest';
import examplesText from '../../../../services/dispatch-core/tests/cards/examples.json?raw';
import cardsText from '../../../../services/dispatch-core/policy/cards.json?raw';
import type { Card } from '../../api/types';
import { assess, isMoreUrgent, mostUrgent } from './assess';

interface Example {
  card: string;
  answers: Record<string, string>;
  comes_to: Record<string, unknown>;
}

/** The cards as the server sends them: with what the file leaves out. */
const cards: Card[] = JSON.parse(cardsText).cards.map((card: Card) => ({
  ...card,
  questions: card.questions.map((question) => ({
    ...question,
    answers: question.answers.map((answer) => ({
      ...{ priority: null, lower: null, flags: [], instructions: [], type: null, next: null },
      ...answer,
    })),
  })),
}));

describe('answers come to the same here and on the server', () => {
  const examples: Example[] = JSON.parse(examplesText);
  it.each(examples)('$card $answers', ({ card, answers, comes_to }) => {
    const found = assess(
      cards.find((one) => one.code === card)!,
      answers,
    );
    const { because: _, flags, ...rest } = found;
    expect({ ...rest, flags: [...flags].sort() }).toEqual({
      ...comes_to,
      flags: [...(comes_to['flags'] as string[])].sort(),
    });
  });

  it('says which answer asked for the priority', () => {
    const card = cards.find((one) => one.code === 'henti_jantung')!;
    const found = assess(card, { sadar: 'tidak' });
    expect(found.because?.question.code).toBe('sadar');
    expect(found.because?.answer.code).toBe('tidak');
    expect(assess(card, {}).because).toBeNull();
  });
});

it('orders priorities by urgency', () => {
  expect(mostUrgent(['P3', null, 'P2'])).toBe('P2');
  expect(isMoreUrgent('P1', 'P2')).toBe(true);
  expect(isMoreUrgent('P2', 'P2')).toBe(false);
  expect(isMoreUrgent('P3', null)).toBe(true);
  expect(isMoreUrgent(null, 'P3')).toBe(false);
});
