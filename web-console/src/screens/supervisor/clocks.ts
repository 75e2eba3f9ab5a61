import type { Incident } from '../../api/types';

export const causes = [
  'not_acknowledged',
  'not_en_route',
  'silent_on_scene',
  'not_dispatched',
  'not_closed',
  'not_accepted',
] as const;
export type Cause = (typeof causes)[number];

export interface Running {
  key: string;
  at: string;
  cause: Cause;
  step: string;
  incident: Incident;
  /** The agency that is waited for; null when it is the centre itself. */
  agency: string | null;
}

function isCause(cause: string): cause is Cause {
  return (causes as readonly string[]).includes(cause);
}

/** Every clock that runs on these incidents, the next one to ring first. */
export function clocksOf(incidents: readonly Incident[]): Running[] {
  return incidents
    .flatMap((incident) =>
      incident.clocks.flatMap((one): Running[] => {
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
    )
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.key < other.key ? -1 : 1));
}

/** The neighbouring centre, where its answer is what is waited for. */
function waitedFor(incident: Incident, cause: Cause): string | null {
  if (cause !== 'not_accepted') return null;
  return incident.transfers.find((one) => one.state === 'waiting')?.to_name ?? null;
}
