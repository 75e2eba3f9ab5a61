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

/** The words on the screens. This language is the source of truth; every other one has the same keys. */
export const id = {
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
} as const;
