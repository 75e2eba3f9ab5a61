import { saveLanguage, savedLanguage, type Language } from '../preferences';
import { en } from './en';
import { id } from './id';

export type Key = keyof typeof id;

/** The names in braces of a sentence: `'Diterima oleh {name}'` needs `{ name }`. */
type ParamNames<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;

type Params<K extends Key> = ParamNames<(typeof id)[K]>;
type Arguments<K extends Key> = [Params<K>] extends [never]
  ? []
  : [params: Record<Params<K>, string | number>];

export const dictionaries: Record<Language, Record<Key, string>> = { id, en };

class Words {
  language = $state<Language>(savedLanguage());

  constructor() {
    document.documentElement.lang = this.language;
  }

  use(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    saveLanguage(language);
  }
}

export const words = new Words();

/** The sentence in the language of the person at this desk. */
export function t<K extends Key>(key: K, ...[params]: Arguments<K>): string {
  return fill(dictionaries[words.language][key], params);
}

/** Of two texts that the server sends, the one in the language of this desk. */
export function local(indonesian: string, english: string): string {
  return words.language === 'en' && english ? english : indonesian;
}

function fill(sentence: string, params: Record<string, string | number> | undefined): string {
  if (!params) return sentence;
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
