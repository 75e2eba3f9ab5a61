import { api } from '../../api/endpoints';
import { Problem, Unreachable } from '../../api/problem';
import type { Card, CardAnswers, Incident } from '../../api/types';
import { cards } from '../../app/card-set.svelte';
import { tellFailure } from '../../app/failure';
import { t } from '../../app/i18n/words.svelte';
import { board } from '../../feed/board.svelte';
import { learnIncident } from '../../feed/reducer';
import { tellRefusal } from '../../parts/incident/ended';
import { toasts } from '../../parts/toasts.svelte';
import type { Answers } from '../../parts/cards/assess';
import type { Draft } from './draft.svelte';
import { proposalsFor } from './proposals.svelte';

/** As many as the server takes at once. */
const ANSWERS_MAX = 16;

/** An answer that did not reach the server is sent again after this long. */
const RETRY_MILLISECONDS = 2_000;

/** What the server has of a card, and over it what is on its way there. */
export function answersOf(draft: Draft, card: Card): Answers {
  const typed = draft.answers[card.code] ?? {};
  if (draft.created === null) return withoutNull(typed);
  const incident = board.incidents.get(draft.created.id) ?? draft.created;
  const known = incident.answers.filter((one) => one.card === card.code);
  const stored = Object.fromEntries(known.map((one) => [one.question, one.answer]));
  return withoutNull({ ...stored, ...typed });
}

function withoutNull(answers: Record<string, string | null>): Answers {
  return Object.fromEntries(
    Object.entries(answers).filter((one): one is [string, string] => one[1] !== null),
  );
}

/** The card of the type that is chosen; before that of the one that is proposed, unless another was begun. */
export function cardOf(draft: Draft): Card | undefined {
  const { type, category } = draft.form;
  if (type !== null || category !== null) return cards.cardFor(type, category);
  const begun = Object.keys(draft.answers)[0];
  if (begun !== undefined) return cards.card(begun);
  const proposed = proposalsFor(draft)[0];
  return proposed && cards.cardFor(proposed.type, proposed.category);
}

/** Writes an answer down; null takes it back. On an open incident the server has it at once. */
export function answer(draft: Draft, card: Card, question: string, code: string | null): void {
  draft.answer(card, question, code);
  sendRest(draft);
}

/** What was answered before there is an incident, for the request that opens it; null when nothing was. */
export function answersFor(draft: Draft): CardAnswers | null {
  const answers = unsentOf(draft).slice(0, ANSWERS_MAX);
  return answers.length === 0 ? null : { set_version: draft.answeredUnder ?? 1, answers };
}

/** Of what a second caller answered, what nobody has answered there: the word of the first one is not written over. */
export function newTo<One extends { card: string; question: string; answer: string | null }>(
  incident: Pick<Incident, 'answers'>,
  answers: readonly One[],
): One[] {
  const isKnown = (one: One) =>
    incident.answers.some((known) => known.card === one.card && known.question === one.question);
  return answers.filter((one) => one.answer !== null && !isKnown(one));
}

/** Gives the answers of a second report to the incident that it joins. Gives how to take them back. */
export async function carryOver(draft: Draft, incident: string): Promise<() => Promise<void>> {
  const typed = unsentOf(draft);
  const set_version = draft.answeredUnder ?? 1;
  const say = async (answers: CardAnswers['answers']) => {
    learnIncident(board, await api.answerCard(incident, { set_version, answers }));
  };
  try {
    const known = typed.length > 0 ? (board.incidents.get(incident) ?? (await api.incident(incident))) : null;
    const answers = known ? newTo(known, typed).slice(0, ANSWERS_MAX) : [];
    if (answers.length === 0) return () => Promise.resolve();
    await say(answers);
    return () => say(answers.map((one) => ({ ...one, answer: null })));
  } catch (error) {
    tellFailure(error);
    return () => Promise.resolve();
  }
}

/** What still has to reach an incident. */
function unsentOf(draft: Draft): { card: string; question: string; answer: string | null }[] {
  return Object.entries(draft.answers).flatMap(([card, given]) =>
    Object.entries(given).map(([question, answer]) => ({ card, question, answer })),
  );
}

/** Sends what came in while the incident was opened, or did not fit into that request. */
export function sendRest(draft: Draft): void {
  if (draft.created !== null) void send(draft, draft.created.id);
}

async function send(draft: Draft, incident: string): Promise<void> {
  const sent = unsentOf(draft);
  if (draft.sendingAnswers || sent.length === 0) return;
  draft.sendingAnswers = true;
  try {
    const answers = { set_version: draft.answeredUnder ?? 1, answers: sent.slice(0, ANSWERS_MAX) };
    const now: Incident = await api.answerCard(incident, answers);
    learnIncident(board, now);
    draft.answersTaken(answers.answers, now);
    draft.sendingAnswers = false;
    // What was answered meanwhile.
    void send(draft, incident);
  } catch (error) {
    draft.sendingAnswers = false;
    const mayPass = error instanceof Unreachable || (error instanceof Problem && error.passes);
    if (mayPass) {
      toasts.say({ tone: 'warn', title: t('card.unsent') });
      setTimeout(() => void send(draft, incident), RETRY_MILLISECONDS);
    } else if (error instanceof Problem && error.code === 'incident_ended') {
      // They stay in the form: the incident may be opened again, or another one begun with them.
      void tellRefusal(error, {
        incident,
        again: () => send(draft, incident),
        anew: () => draft.startAnew(),
      });
    } else {
      draft.answersTaken(sent, null);
      tellFailure(error);
    }
  }
}
