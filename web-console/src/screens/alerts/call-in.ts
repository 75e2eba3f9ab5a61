import type { Roster, RosterPerson } from '../../api/types';

/** Whom to ring for more hands: people of the centre who are not on duty now; who was rung already stays in the list. */
export function toCallIn(roster: Roster, rung: ReadonlyMap<string, unknown>): RosterPerson[] {
  const onDuty = new Set(roster.posts.flatMap((post) => post.now));
  return roster.people
    .filter((one) => one.active && one.agency_id === null && (rung.has(one.id) || !onDuty.has(one.id)))
    .sort(
      (one, other) =>
        Number(one.phone === null) - Number(other.phone === null) || one.name.localeCompare(other.name),
    );
}
