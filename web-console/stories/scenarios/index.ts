import type { Scenario } from '../scenario';
import { busyAgency, busyCallTaker, busySupervisor } from './busy-night';
import { callToClosure } from './call-to-closure';
import { logIn, responder, responderGone } from './doors';
import { quietAgency, quietCallTaker, quietSupervisor, quietWall } from './quiet';
import { cutOff, disaster, emergency } from './trouble';

/** By the name in the address: `/stories/?NAME`. */
export const scenarios: Record<string, Scenario> = {
  'quiet-call-taker': quietCallTaker,
  'quiet-agency': quietAgency,
  'quiet-supervisor': quietSupervisor,
  'quiet-wall': quietWall,
  'call-to-closure': callToClosure,
  'busy-call-taker': busyCallTaker,
  'busy-agency': busyAgency,
  'busy-supervisor': busySupervisor,
  'cut-off': cutOff,
  emergency,
  disaster,
  'log-in': logIn,
  responder,
  'responder-gone': responderGone,
};
