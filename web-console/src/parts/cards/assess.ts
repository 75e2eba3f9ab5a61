import type { Card, CardChoice, CardQuestion, Flag, Priority } from '../../api/types';
import { priorities } from '../../api/types';

/** One answer to each question: the last that was given. */
export type Answers = Readonly<Record<string, string>>;

/** The answer that passes a question over, and where a branch ends that leaves out the rest. */
export const SKIP = 'skip';
export const END = 'end';

/** Before an instruction's code: the question whether that was read out, and its answer. */
export const READ = 'read:';
export const READ_OUT = 'read';

export interface Assessment {
  /** The priority is at least this; answers never lower it. */
  priority: Priority | null;
  /** A less urgent one that a person may choose; never beside a raise. */
  lower: Priority | null;
  type: string | null;
  flags: Flag[];
  instructions: string[];
  next: string | null;
  /** The questions that the answers lead along, up to the next one. */
  path: string[];
  /** Which answer asked for the priority. */
  because: { question: CardQuestion; answer: CardChoice } | null;
}

/**
 * What the answers to one card come to. The server counts the same way (`dispatch_core::card::assess`) and its word
 * holds; this console counts too, so that the next question is there at once and without the store. Both are held to
 * the same examples.
 */
export function assess(card: Card, answers: Answers): Assessment {
  const given = card.questions.flatMap((question) => {
    const answer = question.answers.find((one) => one.code === answers[question.code]);
    return answer ? [{ question, answer }] : [];
  });
  const priority = mostUrgent(given.map(({ answer }) => answer.priority as Priority | null));
  const unique = <Item>(items: Item[]) => [...new Set(items)];
  return {
    priority,
    lower: priority === null ? mostUrgent(given.map(({ answer }) => answer.lower as Priority | null)) : null,
    type: given.find(({ answer }) => answer.type !== null)?.answer.type ?? null,
    flags: unique(given.flatMap(({ answer }) => answer.flags as Flag[])),
    instructions: unique([...given.flatMap(({ answer }) => answer.instructions), ...card.first]),
    ...pathOf(card, answers),
    because: given.find(({ answer }) => priority !== null && answer.priority === priority) ?? null,
  };
}

function pathOf(card: Card, answers: Answers): { path: string[]; next: string | null } {
  const path: string[] = [];
  let at = 0;
  for (let question = card.questions[at]; question; question = card.questions[at]) {
    const { code } = question;
    path.push(code);
    const answer = answers[code];
    if (answer === undefined) return { path, next: code };
    const next = question.answers.find((one) => one.code === answer)?.next ?? null;
    if (next === END) break;
    at = Math.max(
      card.questions.findIndex((one) => one.code === next),
      at + 1,
    );
  }
  return { path, next: null };
}

/** The most urgent of some priorities. */
export function mostUrgent(of: readonly (Priority | null)[]): Priority | null {
  return priorities.find((one) => of.includes(one)) ?? null;
}

/** Whether one priority is more urgent than another. */
export function isMoreUrgent(one: Priority | null, other: Priority | null): boolean {
  if (one === null) return false;
  return other === null || priorities.indexOf(one) < priorities.indexOf(other);
}
