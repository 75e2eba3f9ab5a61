import type { Incident } from '../../api/types';

export const causes = [
  'not_acknowledged',
  'not_en_route',
  'silent_on_scene',
  'not_dispatched',
  'not_closed',
  'not_accepted',
] as const;
/** What the server raises when it is due; and what a neighbouring centre waits for, which rings there and not here. */
export type Cause = (typeof causes)[number] | 'not_answered';

export interface Running {
  key: string;
  at: string;
  cause: Cause;
  /** What happens then; null when it goes back to who handed it over. */
  step: string | null;
  incident: Incident;
  /** The agency or centre that is waited for, or that waits; null when it is the centre itself. */
  agency: string | null;
}

function isCause(cause: string): cause is (typeof causes)[number] {
  return (causes as readonly string[]).includes(cause);
}

/** Every clock that runs on these incidents, the next one to ring first. */
export function clocksOf(incidents: readonly Incident[]): Running[] {
  return incidents
    .flatMap((incident) => [
      ...waitsForUs(incident),
      ...incident.clocks.flatMap((one): Running[] => {
        if (!isCause(one.cause)) return [];
        const assignment = incident.assignments.find((other) => other.id === one.assignment_id);
        const key = `${incident.id} ${one.assignment_id ?? ''} ${one.cause}`;
        return [
          {
            key,
            at: one.at,
            cause: one.cause,
            step: one.step,
            incident,
            agency: assignment?.agency.name ?? waitedFor(incident, one.cause),
          },
        ];
      }),
    ])
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.key < other.key ? -1 : 1));
}

/** A neighbouring centre that waits for our answer: until then it is theirs, and then it goes back to them. */
function waitsForUs(incident: Incident): Running[] {
  const { id, origin } = incident;
  if (origin?.state !== 'asked') return [];
  const [key, cause] = [`${id} origin`, 'not_answered' as const];
  return [{ key, at: origin.answer_by, cause, step: null, incident, agency: origin.from_name }];
}

/** The neighbouring centre, where its answer is what is waited for. */
function waitedFor(incident: Incident, cause: Cause): string | null {
  if (cause !== 'not_accepted') return null;
  return incident.transfers.find((one) => one.state === 'waiting')?.to_name ?? null;
}
