import type { Role } from '../api/types';
import { t } from './i18n/words.svelte';

/** A page beside the one that a role begins with. */
export interface PageLink {
  path: string;
  label: string;
}

/** The pages of a role: those of the bar, and those of its second row. The second row belongs to the last but one of the bar. */
export function pagesOf(role: Role): { bar: PageLink[]; settings: PageLink[] } {
  if (role !== 'supervisor' && role !== 'admin' && role !== 'auditor') return { bar: [], settings: [] };
  const numbers = { path: '/pengawas/nomor', label: t('numbers.page') };
  const trunks = { path: '/pengawas/jalur', label: t('trunks.page') };
  const settings =
    role === 'admin'
      ? [
          { path: '/pengawas/pengguna', label: t('users.page') },
          { path: '/pengawas/instansi', label: t('agencies.page') },
          { path: '/pengawas/wilayah', label: t('areas.page') },
          numbers,
          trunks,
          { path: '/pengawas/sistem', label: t('system.page') },
        ]
      : [numbers, trunks];
  const bar = [
    { path: '/pengawas', label: t('watch.board') },
    { path: '/pengawas/insiden', label: t('archive.page') },
    { path: '/pengawas/kartu', label: t('card.title') },
    { path: '/pengawas/aturan', label: t('rules.title') },
    { path: '/pengawas/rujukan', label: t('refer.page') },
    { path: '/pengawas/formulir', label: t('paper.page') },
    ...(role === 'auditor'
      ? []
      : [
          { path: '/pengawas/unit', label: t('units.page') },
          { path: '/pengawas/saluran', label: t('channels.title') },
        ]),
    { path: '/pengawas/laporan', label: t('reports.page') },
    { path: settings[0]?.path ?? '/pengawas', label: t('settings.page') },
    { path: '/pengawas/log', label: t('watch.log') },
  ];
  return { bar, settings };
}
