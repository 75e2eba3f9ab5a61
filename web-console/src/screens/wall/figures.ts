import type { Wallboard } from '../../api/types';
import { t } from '../../app/i18n/words.svelte';
import { runningClock } from '../../app/time';
import { ANSWERED_SHARE_TARGET, isBelowTarget, isShort } from '../supervisor/figures';

/** One number on the wall. */
export interface WallFigure {
  name: string;
  label: string;
  value: string;
  target: string;
  note: string;
  /** Out of what is expected: colour, and a mark for whoever does not see the colour. */
  alarm: boolean;
}

/** What happens at a place now, by status. */
const ON_SCENE = ['on_scene', 'working', 'under_control'];

const oldest = (seconds: number | null | undefined) =>
  seconds == null ? '' : t('watch.oldest', { time: runningClock(seconds * 1_000) });

const target = (value: string) => t('wall.target', { n: value });

function trunks(now: Wallboard): Omit<WallFigure, 'name' | 'label'> {
  const { trunks } = now.voice;
  const down = trunks.filter((one) => one.up === false || one.last_test?.passed === false);
  const up = trunks.filter((one) => one.up === true);
  const note =
    down.length > 0
      ? t('wall.trunks_down', { names: down.map((one) => one.name).join(', ') })
      : t(up.length === trunks.length ? 'wall.trunks_up' : 'wall.trunks_unknown');
  const value = trunks.length === 0 ? t('watch.none') : `${up.length}/${trunks.length}`;
  return { value, target: target(String(trunks.length)), note, alarm: down.length > 0 };
}

/** The nine numbers: what waits, what nobody has taken, who is there and whether that is enough. */
export function wallFigures(now: Wallboard): WallFigure[] {
  const { share, n } = now.answered_within_15s;
  const { p1, p2, p3, p0 } = now.unacknowledged;
  const { needed, present, calls_per_hour: calls, handling_s: seconds, handled } = now.staffing;
  const status = now.incidents_by_status;
  const onScene = ON_SCENE.reduce((sum, name) => sum + (status[name] ?? 0), 0);
  const takers = now.call_takers;
  const isKnown = handled >= HANDLED_MIN;
  return [
    {
      name: 'waiting',
      label: t('figure.waiting'),
      value: String(now.calls_waiting),
      target: target('0'),
      note: oldest(now.longest_waiting_s),
      alarm: now.calls_waiting > 0,
    },
    {
      name: 'within',
      label: t('figure.within'),
      value: share == null ? t('watch.none') : `${Math.round(share * 100)} %`,
      target: target(`${ANSWERED_SHARE_TARGET * 100} %`),
      note: t('watch.within_n', { n }),
      alarm: isBelowTarget(now.answered_within_15s),
    },
    {
      name: 'unacknowledged_p1',
      label: t('figure.unacknowledged_p1'),
      value: String(p1),
      target: target('0'),
      note: '',
      alarm: p1 > 0,
    },
    {
      name: 'unacknowledged',
      label: t('wall.unacknowledged'),
      value: String(p1 + p2 + p3 + p0),
      target: target('0'),
      note: oldest(now.oldest_unacknowledged_s),
      alarm: false,
    },
    {
      name: 'incidents',
      label: t('figure.incidents'),
      value: String(now.incidents_open),
      target: t('wall.target_none'),
      note: [t('wall.unsent', { n: status['new'] ?? 0 }), t('wall.on_scene', { n: onScene })].join(' · '),
      alarm: false,
    },
    {
      name: 'call_backs',
      label: t('wall.call_backs'),
      value: String(now.call_backs_open),
      target: target('0'),
      note: t('watch.call_backs_overdue', { n: now.call_backs_overdue }),
      alarm: now.call_backs_overdue > 0,
    },
    {
      name: 'takers',
      label: t('figure.takers'),
      value: String(takers.ready),
      target: target(`≥ ${needed ?? t('watch.none')}`),
      note: t('watch.takers_rest', { talking: takers.talking, paused: takers.paused }),
      alarm: takers.ready + takers.talking === 0,
    },
    {
      name: 'needed',
      label: t('wall.needed'),
      value: needed == null ? '> 1000' : String(needed),
      target: t('wall.needed_target', { present }),
      note: t(isKnown ? 'wall.needed_note' : 'wall.needed_assumed', { calls, seconds }),
      alarm: isShort(now.staffing),
    },
    { name: 'trunks', label: t('wall.trunks'), ...trunks(now) },
  ];
}

/** Below this many calls the server takes a usual length instead of theirs. */
const HANDLED_MIN = 20;
