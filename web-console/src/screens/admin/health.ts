import type { Checkpoint } from '../../api/types';
import { t } from '../../app/i18n/words.svelte';
import { hourMinute } from '../../app/time';

export type Verdict = 'good' | 'watch' | 'bad';

/** One line: what it is about, how it is, and what to do. */
export interface Finding {
  name: string;
  verdict: Verdict;
  says: string;
}

/** The figures of a Prometheus text (format 0.0.4), by name with labels as written. */
export function figuresOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = lines.map((line): [string, number] => {
    const at = line.lastIndexOf(' ');
    return [line.slice(0, at), Number(line.slice(at + 1))];
  });
  return new Map(pairs.filter(([, value]) => Number.isFinite(value)));
}

/** Facts that the desk may be behind the telephone part for a moment. */
const LAG_MAX = 100;
/** A write that takes longer on average is felt by whoever presses a key. */
const SUBMIT_MILLISECONDS_MAX = 100;
/** Failed log-ins since the start that forgetfulness does not explain. */
const FAILED_LOG_INS_MAX = 50;
/** The head is signed once a minute; three times that is a fault. */
const UNSIGNED_MILLISECONDS_MAX = 180_000;
/** An authority takes weeks to answer a request for a certificate. */
const CERTIFICATE_DAYS_MIN = 60;
const DAY_MILLISECONDS = 86_400_000;
const GIB = 2 ** 30;

/** How the system is, in words; what is not measured here is not told. */
export function findings(
  figures: Map<string, number>,
  checkpoint: Checkpoint | null,
  now: number,
): Finding[] {
  const of = (name: string) => figures.get(name) ?? null;
  const all = [
    store(of),
    link(of),
    journal(of),
    lines(of),
    calls(of),
    recordings(of),
    count(of('sigap_trunk_calls_without_media_total'), {
      name: t('system.media'),
      none: t('system.media_good'),
      some: (n) => t('system.media_watch', { n }),
    }),
    count(of('sigap_trunk_requests_untrusted_total'), {
      name: t('system.strangers'),
      none: t('system.strangers_good'),
      some: (n) => t('system.strangers_watch', { n }),
    }),
    count(of('sigap_trunk_udp_kernel_drops_total'), {
      name: t('system.drops'),
      none: t('system.drops_good'),
      some: (n) => t('system.drops_watch', { n }),
    }),
    signature(of('sigap_log_head'), checkpoint, now),
    certificate(of('sigap_seal_certificate_not_after_seconds'), now),
    count(of('sigap_call_backs_overdue'), {
      name: t('system.duties'),
      none: t('system.duties_good'),
      some: (n) => t('system.duties_watch', { n }),
    }),
    speed(of),
    logIns(of('sigap_log_in_failures_total')),
    consoles(of('sigap_feed_consoles')),
  ].filter((one) => one !== null);
  const order: Record<Verdict, number> = { bad: 0, watch: 1, good: 2 };
  return all.sort((one, other) => order[one.verdict] - order[other.verdict]);
}

type Of = (name: string) => number | null;

function store(of: Of): Finding | null {
  const away = of('sigap_store_away');
  if (away === null) return null;
  const name = t('system.store');
  if (away > 0) return { name, verdict: 'bad', says: t('system.store_bad') };
  return { name, verdict: 'good', says: t('system.store_good', { n: of('sigap_log_head') ?? 0 }) };
}

function link(of: Of): Finding | null {
  const up = of('sigap_link_up');
  if (up === null) return null;
  const name = t('system.link');
  return up > 0
    ? { name, verdict: 'good', says: t('system.link_good') }
    : { name, verdict: 'bad', says: t('system.link_bad') };
}

function journal(of: Of): Finding | null {
  const [failed, lag] = [of('sigap_journal_failed'), of('sigap_journal_lag')];
  if (failed === null && lag === null) return null;
  const [name, n] = [t('system.journal'), lag ?? 0];
  if ((failed ?? 0) > 0) return { name, verdict: 'bad', says: t('system.journal_bad') };
  if (n > LAG_MAX) return { name, verdict: 'watch', says: t('system.journal_watch', { n }) };
  return { name, verdict: 'good', says: t('system.journal_good', { n }) };
}

function lines(of: Of): Finding | null {
  const [up, down] = [of('sigap_trunk_peers_up'), of('sigap_trunk_peers_down')];
  if (up === null || down === null) return null;
  const name = t('system.lines');
  if (down > 0) return { name, verdict: 'bad', says: t('system.lines_bad', { down, n: up + down }) };
  if (up === 0) return { name, verdict: 'watch', says: t('system.lines_none') };
  return { name, verdict: 'good', says: t('system.lines_good', { up }) };
}

function calls(of: Of): Finding | null {
  const live = of('sigap_trunk_calls_live');
  if (live === null) return null;
  const n = of('sigap_trunk_calls_recorded_total') ?? 0;
  return { name: t('system.calls'), verdict: 'good', says: t('system.calls_good', { live, n }) };
}

function recordings(of: Of): Finding | null {
  const bytes = of('sigap_recordings_free_bytes');
  if (bytes === null) return null;
  const [name, gib] = [t('system.recordings'), Math.floor(bytes / GIB)];
  return (of('sigap_recordings_low') ?? 0) > 0
    ? { name, verdict: 'bad', says: t('system.recordings_bad', { gib }) }
    : { name, verdict: 'good', says: t('system.recordings_good', { gib }) };
}

function signature(head: number | null, checkpoint: Checkpoint | null, now: number): Finding {
  const name = t('system.checkpoint');
  if (checkpoint === null) return { name, verdict: 'watch', says: t('system.checkpoint_none') };
  const time = hourMinute(checkpoint.at);
  const unsigned = Math.max(0, (head ?? 0) - Number(checkpoint.size));
  const isLate = unsigned > 0 && now - Date.parse(checkpoint.at) > UNSIGNED_MILLISECONDS_MAX;
  return isLate
    ? { name, verdict: 'watch', says: t('system.checkpoint_watch', { time, n: unsigned }) }
    : { name, verdict: 'good', says: t('system.checkpoint_good', { time, n: checkpoint.size }) };
}

function certificate(ends: number | null, now: number): Finding | null {
  if (ends === null) return null;
  const name = t('system.certificate');
  const n = Math.floor((ends * 1_000 - now) / DAY_MILLISECONDS);
  if (n < 0) return { name, verdict: 'bad', says: t('system.certificate_bad') };
  return n < CERTIFICATE_DAYS_MIN
    ? { name, verdict: 'watch', says: t('system.certificate_watch', { n }) }
    : { name, verdict: 'good', says: t('system.certificate_good', { n }) };
}

function speed(of: Of): Finding | null {
  const n = of('sigap_submit_seconds_count');
  if (n === null || n === 0) return null;
  const ms = Math.round(((of('sigap_submit_seconds_sum') ?? 0) / n) * 1_000);
  const name = t('system.speed');
  return ms > SUBMIT_MILLISECONDS_MAX
    ? { name, verdict: 'watch', says: t('system.speed_watch', { ms }) }
    : { name, verdict: 'good', says: t('system.speed_good', { ms, n }) };
}

function logIns(n: number | null): Finding | null {
  if (n === null) return null;
  const name = t('system.log_ins');
  return n > FAILED_LOG_INS_MAX
    ? { name, verdict: 'watch', says: t('system.log_ins_watch', { n }) }
    : { name, verdict: 'good', says: t('system.log_ins_good', { n }) };
}

function consoles(n: number | null): Finding | null {
  return n === null
    ? null
    : { name: t('system.consoles'), verdict: 'good', says: t('system.consoles_good', { n }) };
}

function count(
  n: number | null,
  words: { name: string; none: string; some: (n: number) => string },
): Finding | null {
  if (n === null) return null;
  return n === 0
    ? { name: words.name, verdict: 'good', says: words.none }
    : { name: words.name, verdict: 'watch', says: words.some(n) };
}
