import type { ended as source } from '../id/ended';

export const ended: Record<keyof typeof source, string> = {
  'ended.closed': 'Incident {number} was closed.',
  'ended.cancelled': 'Incident {number} was cancelled.',
  'ended.kept': 'Nothing was sent there; what you typed is still here.',
  'ended.noted': 'The note is kept, but nobody works on it any more.',
  'ended.new': 'New incident',
  'ended.reason': 'There is a new report after the incident ended.',
};
