import { untrack } from 'svelte';
import type { Incident } from '../api/types';
import { alarms } from '../app/alarms.svelte';
import { t } from '../app/i18n/words.svelte';
import { board } from '../feed/board.svelte';
import { player } from '../sound/player.svelte';
import { toasts } from './toasts.svelte';

/** What has to be said of an incident, once each: it came to us, or came back. */
export function newsOf(incident: Incident): { key: string; title: string; detail: string }[] {
  const { id, number, origin } = incident;
  const came =
    origin?.state === 'asked'
      ? [
          {
            key: `${id} asked`,
            title: t('neighbour.new', { name: origin.from_name, number: origin.reference }),
            detail: t('neighbour.new_detail'),
          },
        ]
      : [];
  const back = incident.transfers
    .filter((one) => one.state === 'refused' || one.state === 'unanswered')
    .map((one) => ({
      key: `${id} ${one.id}`,
      title: t('neighbour.came_back', { number, name: one.to_name }),
      detail: t('neighbour.came_back_detail'),
    }));
  return [...came, ...back];
}

/** Says it on the screen until somebody has seen it. What stood there when the page opened is on the lists. */
export function tellNeighbourNews(show: (incident: string) => void): void {
  let known: Set<string> | null = null;
  $effect(() => {
    // Before the first snapshot nothing is known, and nothing is news.
    if (board.cards === null) return;
    const all = [...board.incidents.values()].flatMap((incident) =>
      newsOf(incident).map((news) => ({ ...news, incident: incident.id })),
    );
    const before = known;
    known = new Set([...(before ?? []), ...all.map((news) => news.key)]);
    if (before === null) return;
    untrack(() => {
      for (const news of all.filter((one) => !before.has(one.key))) {
        const action = { label: t('neighbour.show'), act: () => show(news.incident) };
        toasts.say({ tone: 'warn', title: news.title, detail: news.detail, action });
        alarms.notify(news.title);
        player.once('escalation');
      }
    });
  });
}
