/** What a key means while the card has the focus. */
export type CardAct =
  | { act: 'answer'; code: string }
  | { act: 'question'; place: number }
  | { act: 'skip' | 'undo' | 'switch' | 'rhythm' | 'forward' | 'back' | 'leave' };

/** Letters answer, digits go to a question; `P`, `M` and the arrows are for instructions. */
export function actOf(
  key: string,
  shown: 'questions' | 'instructions',
  answers: readonly { key: string; code: string }[],
): CardAct | null {
  if (key === 'Escape') return { act: 'leave' };
  const letter = key.length === 1 ? key.toUpperCase() : key;
  if (letter === 'P') return { act: 'switch' };
  if (letter === 'M') return { act: 'rhythm' };
  if (key === 'ArrowRight' || key === 'ArrowDown') return { act: 'forward' };
  if (key === 'ArrowLeft' || key === 'ArrowUp') return { act: 'back' };
  if (key === 'Backspace') return { act: 'undo' };
  if (/^[1-8]$/.test(key)) return { act: 'question', place: Number(key) - 1 };
  if (shown === 'instructions') return null;
  if (key === '0') return { act: 'skip' };
  const answer = answers.find((one) => one.key === letter);
  return answer ? { act: 'answer', code: answer.code } : null;
}
