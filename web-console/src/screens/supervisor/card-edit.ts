import type { Card, CardChoice, CardInstruction, CardQuestion } from '../../api/types';
import { END } from '../../parts/cards/assess';

/** A card with the instructions that change with it, while somebody writes. */
export interface Writing {
  /** The version of the cards that was seen when the writing began. */
  base: number | null;
  id: string;
  /** The revision that is on the server; null while it has none. */
  revision: number | null;
  card: Card;
  instructions: CardInstruction[];
}

export const copy = <Item>(item: Item): Item => JSON.parse(JSON.stringify(item));

/** A code out of a text: small letters, digits and `_`, and not one that is taken. */
export function codeFor(text: string, taken: readonly string[]): string {
  const base =
    text
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .slice(0, 30) || 'baru';
  for (let n = 1; ; n += 1) {
    const code = n === 1 ? base : `${base}_${n}`;
    if (!taken.includes(code) && code !== 'skip' && code !== END) return code;
  }
}

/** The first letter of a text that no other answer has. */
export function keyFor(text: string, taken: readonly string[]): string {
  const letters = [...text.toUpperCase().replace(/[^A-Z]/g, ''), ...'ABCDEFGHIJKLNOQRSTUVWXYZ'];
  return letters.find((letter) => !['M', 'P', ...taken].includes(letter)) ?? 'A';
}

const nothing = () => ({ id: '', en: '' });

export function newAnswer(question: CardQuestion): CardChoice {
  return {
    code: codeFor(
      'jawaban',
      question.answers.map((one) => one.code),
    ),
    key: keyFor(
      '',
      question.answers.map((one) => one.key),
    ),
    label: nothing(),
    priority: null,
    lower: null,
    flags: [],
    instructions: [],
    type: null,
    next: null,
  };
}

export function newQuestion(card: Card): CardQuestion {
  const code = codeFor(
    'pertanyaan',
    card.questions.map((one) => one.code),
  );
  const question: CardQuestion = { code, text: nothing(), say: null, answers: [] };
  for (const [key, code, id, en] of [
    ['Y', 'ya', 'Ya', 'Yes'],
    ['T', 'tidak', 'Tidak', 'No'],
  ] as const) {
    question.answers.push({ ...newAnswer(question), key, code, label: { id, en } });
  }
  return question;
}

/** What a caller is told to do, to be written. */
export function newInstruction(taken: readonly string[], owner: string): CardInstruction {
  const code = codeFor('petunjuk', taken);
  return { code, title: nothing(), owner, steps: [nothing()], rhythm: null, marks: [] };
}

/** Those that the card names: what was made and taken off again is no part of the change. */
export function namedBy(card: Card, instructions: CardInstruction[]): CardInstruction[] {
  const named = new Set([
    ...card.first,
    ...card.questions.flatMap((q) => q.answers.flatMap((a) => a.instructions)),
  ]);
  return instructions.filter((one) => named.has(one.code));
}

/** Moves an item; out of the list it stays where it is. */
export function moved<Item>(items: Item[], place: number, by: -1 | 1): Item[] {
  const to = place + by;
  if (to < 0 || to >= items.length) return items;
  const next = [...items];
  [next[place], next[to]] = [next[to]!, next[place]!];
  return next;
}

/** One line of a card in words; `key` tells which part it is, whatever its place. */
export interface Line {
  key: string;
  where: string;
  text: string;
}

export interface Naming {
  question: (n: number) => string;
  instruction: (title: string) => string;
  field: (name: 'title' | 'owner' | 'decree' | 'within' | 'types' | 'first') => string;
  flag: (code: string) => string;
}

/** A card as lines that a person can compare. Both languages stand in it: a change of either is one. */
export function linesOf(card: Card, instructions: readonly CardInstruction[], name: Naming): Line[] {
  const both = (words: { id: string; en: string } | null) => (words ? `${words.id} / ${words.en}` : '');
  const lines: Line[] = [
    { key: 'title', where: name.field('title'), text: both(card.title) },
    { key: 'owner', where: name.field('owner'), text: card.owner },
    { key: 'decree', where: name.field('decree'), text: card.decree },
    { key: 'within', where: name.field('within'), text: String(card.within_s) },
    { key: 'types', where: name.field('types'), text: card.types.join(', ') },
    { key: 'first', where: name.field('first'), text: card.first.join(', ') },
  ];
  card.questions.forEach((question, place) => {
    const where = name.question(place + 1);
    const text = [both(question.text), question.say && `“${both(question.say)}”`].filter(Boolean).join(' ');
    lines.push({ key: `q ${question.code}`, where, text });
    for (const answer of question.answers) {
      const effects = [
        answer.priority && `≥ ${answer.priority}`,
        answer.lower && `↓ ${answer.lower}`,
        ...answer.flags.map(name.flag),
        ...answer.instructions.map((code) => `→ ${code}`),
        answer.type && `= ${answer.type}`,
        answer.next && `» ${answer.next}`,
      ].filter(Boolean);
      const said = `${both(answer.label)}${effects.length > 0 ? ` · ${effects.join(' · ')}` : ''}`;
      lines.push({ key: `a ${question.code} ${answer.code}`, where: `${where} · ${answer.key}`, text: said });
    }
  });
  for (const one of instructions) {
    const where = name.instruction(one.title.id);
    const head = [both(one.title), one.owner, one.rhythm && `${one.rhythm.per_minute}/min`];
    lines.push({ key: `i ${one.code}`, where, text: head.filter(Boolean).join(' · ') });
    one.steps.forEach((step, n) =>
      lines.push({ key: `s ${one.code} ${n}`, where: `${where} · ${n + 1}`, text: both(step) }),
    );
  }
  return lines;
}

export interface Difference {
  where: string;
  before: string;
  after: string;
}

/** What differs, in the order of the new one; what is gone comes last. */
export function differences(before: readonly Line[], after: readonly Line[]): Difference[] {
  const old = new Map(before.map((line) => [line.key, line]));
  const now = new Set(after.map((line) => line.key));
  const changed = after
    .filter((line) => old.get(line.key)?.text !== line.text)
    .map((line) => ({ where: line.where, before: old.get(line.key)?.text ?? '', after: line.text }));
  const gone = before
    .filter((line) => !now.has(line.key))
    .map((line) => ({ where: line.where, before: line.text, after: '' }));
  return [...changed, ...gone];
}
