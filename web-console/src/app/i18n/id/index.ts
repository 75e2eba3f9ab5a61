import { admin } from './admin';
import { agency } from './agency';
import { archive } from './archive';
import { alerts } from './alerts';
import { call } from './call';
import { card } from './card';
import { cards } from './cards';
import { channels } from './channels';
import { crew } from './crew';
import { desk } from './desk';
import { duplicate } from './duplicate';
import { ended } from './ended';
import { form } from './form';
import { frame } from './frame';
import { incident } from './incident';
import { line } from './line';
import { map } from './map';
import { neighbour } from './neighbour';
import { paper } from './paper';
import { place } from './place';
import { refer } from './refer';
import { reports } from './reports';
import { roster } from './roster';
import { rules } from './rules';
import { settings } from './settings';
import { shift } from './shift';
import { supervisor } from './supervisor';
import { terms } from './terms';
import { units } from './units';
import { wall } from './wall';

/** The words on the screens. This language is the source of truth; every other one has the same keys. */
export const id = {
  ...frame,
  ...archive,
  ...paper,
  ...place,
  ...map,
  ...refer,
  ...reports,
  ...roster,
  ...rules,
  ...settings,
  ...shift,
  ...terms,
  ...call,
  ...card,
  ...cards,
  ...channels,
  ...crew,
  ...desk,
  ...duplicate,
  ...ended,
  ...line,
  ...form,
  ...incident,
  ...neighbour,
  ...admin,
  ...agency,
  ...alerts,
  ...supervisor,
  ...units,
  ...wall,
} as const;
