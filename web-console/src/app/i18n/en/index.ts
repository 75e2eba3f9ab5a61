import type { id } from '../id';
import { agency } from './agency';
import { call } from './call';
import { card } from './card';
import { cards } from './cards';
import { desk } from './desk';
import { duplicate } from './duplicate';
import { form } from './form';
import { frame } from './frame';
import { incident } from './incident';
import { line } from './line';
import { place } from './place';
import { shift } from './shift';
import { supervisor } from './supervisor';
import { terms } from './terms';

/** English, by the choice of each person. The type makes a missing sentence a build error. */
export const en: Record<keyof typeof id, string> = {
  ...frame,
  ...place,
  ...shift,
  ...terms,
  ...call,
  ...card,
  ...cards,
  ...desk,
  ...duplicate,
  ...line,
  ...form,
  ...incident,
  ...agency,
  ...supervisor,
};
