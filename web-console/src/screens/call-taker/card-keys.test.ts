import { describe, expect, it } from 'vitest';
import { actOf } from './card-keys';

const answers = [
  { key: 'Y', code: 'ya' },
  { key: 'T', code: 'tidak' },
];

describe('keys on a card', () => {
  it('answer by letter, whatever the case, and only what is asked', () => {
    expect(actOf('y', 'questions', answers)).toEqual({ act: 'answer', code: 'ya' });
    expect(actOf('T', 'questions', answers)).toEqual({ act: 'answer', code: 'tidak' });
    expect(actOf('k', 'questions', answers)).toBeNull();
    expect(actOf('y', 'instructions', answers)).toBeNull();
  });

  it('go to a question, pass over, undo, leave', () => {
    expect(actOf('3', 'questions', answers)).toEqual({ act: 'question', place: 2 });
    expect(actOf('9', 'questions', answers)).toBeNull();
    expect(actOf('0', 'questions', answers)).toEqual({ act: 'skip' });
    expect(actOf('Backspace', 'instructions', answers)).toEqual({ act: 'undo' });
    expect(actOf('Escape', 'instructions', answers)).toEqual({ act: 'leave' });
  });

  it('step through instructions and beat', () => {
    expect(actOf('p', 'questions', answers)).toEqual({ act: 'switch' });
    expect(actOf('m', 'instructions', answers)).toEqual({ act: 'rhythm' });
    expect(actOf('ArrowRight', 'instructions', answers)).toEqual({ act: 'forward' });
    expect(actOf('ArrowLeft', 'instructions', answers)).toEqual({ act: 'back' });
  });
});
