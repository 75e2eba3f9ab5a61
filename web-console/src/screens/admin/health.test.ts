import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../api/types';
import { figuresOf, findings, type Finding } from './health';

const NOW = Date.parse('2026-11-23T03:00:00Z');
const healthy = `# HELP sigap_store_away 1 while the store does not take writes
# TYPE sigap_store_away gauge
sigap_store_away 0
sigap_log_head 640
sigap_feed_consoles 7
sigap_log_in_failures_total 2
sigap_submit_seconds_bucket{le="0.1"} 12
sigap_submit_seconds_sum 0.25
sigap_submit_seconds_count 50
sigap_call_backs_overdue 0
sigap_trunk_peers_up 2
sigap_trunk_peers_down 0
sigap_trunk_calls_live 1
sigap_trunk_calls_recorded_total 90
sigap_trunk_calls_without_media_total 0
sigap_trunk_requests_untrusted_total 0
sigap_trunk_udp_kernel_drops_total 0
sigap_journal_lag 0
sigap_journal_failed 0
sigap_recordings_low 0
sigap_seal_certificate_not_after_seconds 1900000000
sigap_recordings_free_bytes 49605976064
`;
const signed = { at: '2026-11-23T02:59:30Z', size: '639', head: '', text: '' } as Checkpoint;
const told = (text: string, checkpoint: Checkpoint | null = signed) =>
  findings(figuresOf(text), checkpoint, NOW);
const named = (found: Finding[], name: string) => found.find((one) => one.name === name);

describe('the health of the system', () => {
  it('is good where every figure is, and says the figures', () => {
    const found = told(healthy);
    expect(found.map((one) => one.verdict)).toEqual(found.map(() => 'good'));
    expect(named(found, 'Waktu menyimpan')?.says).toBe('rata-rata 5 ms dari 50 perintah');
    expect(named(found, 'Tempat rekaman')?.says).toBe('sisa 46 GiB');
  });

  it('counts the days that the certificate of the seal still holds', () => {
    const at = (days: number) =>
      named(
        told(healthy.replace('1900000000', String(Math.floor(NOW / 1_000) + days * 86_400 + 60))),
        'Sertifikat segel',
      );
    expect(at(60)?.verdict).toBe('good');
    expect(at(59)).toMatchObject({ verdict: 'watch', says: expect.stringContaining('59 hari') as string });
    expect(at(-1)?.verdict).toBe('bad');
  });

  it('puts what is wrong first, with what to do', () => {
    const found = told(
      healthy
        .replace('sigap_store_away 0', 'sigap_store_away 1')
        .replace('sigap_trunk_requests_untrusted_total 0', 'sigap_trunk_requests_untrusted_total 12')
        .replace('sigap_trunk_peers_down 0', 'sigap_trunk_peers_down 1'),
    );
    expect(found.slice(0, 3).map((one) => one.verdict)).toEqual(['bad', 'bad', 'watch']);
    expect(named(found, 'Permintaan SIP dari luar jalur')?.says).toContain('12 ditolak');
  });

  it('tells nothing of what is not measured here', () => {
    const found = told('sigap_store_away 0\nsigap_log_head 3\n');
    expect(found.map((one) => one.name)).toEqual(['Penyimpanan', 'Tanda tangan log']);
  });

  it('sees a log that nobody signs', () => {
    const old = { ...signed, at: '2026-11-23T02:50:00Z' };
    expect(named(told(healthy, old), 'Tanda tangan log')?.verdict).toBe('watch');
    expect(named(told(healthy, { ...old, size: '640' }), 'Tanda tangan log')?.verdict).toBe('good');
    expect(named(told(healthy, null), 'Tanda tangan log')?.verdict).toBe('watch');
  });
});
