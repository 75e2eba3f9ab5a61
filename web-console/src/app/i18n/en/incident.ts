import type { incident as source } from '../id/incident';

/** The panel of an incident. */
export const incident: Record<keyof typeof source, string> = {
  'incident.title': 'Incident {number}',
  'incident.correct': 'Correct / add',
  'incident.agencies': 'Agencies',
  'incident.declined': 'Declined by {name} at {time}: {reason}',
  'incident.reason': 'Reason',
  'incident.reason_required': 'Reason (required)',
  'incident.merge_into': 'Merge into incident …',
  'incident.merge_means':
    '{from} goes into {into}: its calls move, unfinished assignments of {from} are cancelled.',
  'incident.stops_agencies': 'Assignments that are not finished are cancelled with it.',
  'incident.do.note': 'Note',
  'incident.do.agency': 'Add an agency',
  'incident.do.close': 'Close',
  'incident.do.cancel': 'Cancel',
  'incident.do.merge': 'Merge',
  'incident.do.reopen': 'Reopen',
  'incident.confirm.note': 'Save',
  'incident.confirm.agency': 'Send',
  'incident.confirm.close': 'Close incident',
  'incident.confirm.cancel': 'Cancel incident',
  'incident.confirm.merge': 'Yes, merge',
  'incident.confirm.reopen': 'Reopen',
  'incident.did.note': 'Note of incident {number} saved.',
  'incident.did.agency': 'Agency added to incident {number}.',
  'incident.did.close': 'Incident {number} closed.',
  'incident.did.cancel': 'Incident {number} cancelled.',
  'incident.did.merge': 'Incident {number} merged.',
  'incident.did.reopen': 'Incident {number} reopened.',
};
