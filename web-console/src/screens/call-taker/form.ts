import type {
  Agency,
  AgencyRole,
  Category,
  Correction,
  Incident,
  IncidentType,
  NewIncident,
  PointSource,
  Priority,
  ResponsePlan,
} from '../../api/types';

/** What a call-taker has typed. All of it is text, as typed, until it is sent. */
export interface FormFields {
  landmark: string;
  address: string;
  areaCode: string;
  point: string;
  accuracyMetres: number | null;
  /** Where the point comes from, and when it was measured. */
  pointSource: PointSource | null;
  fixedAt: string | null;
  /** What the server read in `point` when it is written in a way that this console cannot read. */
  pointRead: { text: string; lat: number; lon: number } | null;
  /** What the caller said, while the type is looked for. */
  said: string;
  category: Category | null;
  type: string | null;
  priority: Priority | null;
  casualties: string;
  narrative: string;
  reporterName: string;
  reporterNumber: string;
}

export const emptyForm: Readonly<FormFields> = {
  landmark: '',
  address: '',
  areaCode: '',
  point: '',
  accuracyMetres: null,
  pointSource: null,
  fixedAt: null,
  pointRead: null,
  said: '',
  category: null,
  type: null,
  priority: null,
  casualties: '',
  narrative: '',
  reporterName: '',
  reporterNumber: '',
};

export type FaultyField = 'landmark' | 'point' | 'type' | 'casualties';
export type Fault = {
  field: FaultyField;
  says: 'form.need_place' | 'form.bad_point' | 'form.need_type' | 'form.bad_casualties';
};

export const CASUALTIES_MAX = 9_999;

/** What stands in the way of sending, in the order of the fields. A place and a type are enough. */
export function faultsOf(form: FormFields): Fault[] {
  const faults: Fault[] = [];
  const point = form.point.trim();
  if (!form.landmark.trim() && !form.address.trim() && !form.areaCode && !point) {
    faults.push({ field: 'landmark', says: 'form.need_place' });
  }
  if (point && !pointOf(form)) faults.push({ field: 'point', says: 'form.bad_point' });
  if (form.category === null) faults.push({ field: 'type', says: 'form.need_type' });
  if (form.casualties.trim() && parseCasualties(form.casualties) === null) {
    faults.push({ field: 'casualties', says: 'form.bad_casualties' });
  }
  return faults;
}

/** The request that a form without faults means. */
export function toNewIncident(form: FormFields, callId: string | null): NewIncident {
  const point = pointOf(form);
  const casualties = parseCasualties(form.casualties);
  // Words that were typed while looking for the type are the caller's; they are never thrown away.
  const narrative = [form.said.trim(), form.narrative.trim()].filter(Boolean).join('\n');
  const reporter = {
    ...(form.reporterName.trim() && { name: form.reporterName.trim() }),
    ...(form.reporterNumber.trim() && { number: form.reporterNumber.trim() }),
  };
  return {
    ...(callId && { call_id: callId }),
    category: form.category ?? 'g',
    ...(form.type && { type: form.type }),
    ...(form.priority && { priority: form.priority }),
    narrative,
    location: {
      ...(point && { lat: point.lat, lon: point.lon }),
      ...(point && form.accuracyMetres !== null && { accuracy_m: form.accuracyMetres }),
      ...(point && form.pointSource && { source: form.pointSource }),
      ...(point && form.fixedAt && { fixed_at: form.fixedAt }),
      ...(form.landmark.trim() && { landmark: form.landmark.trim() }),
      ...(form.address.trim() && { address: form.address.trim() }),
      ...(form.areaCode && { area_code: form.areaCode }),
    },
    ...(casualties !== null && { casualties }),
    ...(Object.keys(reporter).length > 0 && { reporter }),
  };
}

/** The correction that this form means: everything that it shows, a type that was taken away too. */
export function toCorrection(form: FormFields): Omit<Correction, 'version'> {
  return { ...toNewIncident(form, null), type: form.type };
}

/** The form that shows an incident as it is. */
export function formOf(incident: Incident): FormFields {
  const { location, reporter } = incident;
  const point = location.lat === null || location.lon === null ? '' : showPoint(location.lat, location.lon);
  return {
    ...emptyForm,
    landmark: location.landmark ?? '',
    address: location.address ?? '',
    // An area that was found from the point is found again, also when the point moves.
    areaCode: location.area_by === 'given' ? (location.area_code ?? '') : '',
    point,
    accuracyMetres: location.accuracy_m,
    pointSource: location.source,
    fixedAt: location.fixed_at,
    category: incident.category,
    type: incident.type,
    priority: incident.priority,
    casualties: incident.casualties === null ? '' : String(incident.casualties),
    narrative: incident.narrative,
    reporterName: reporter?.name ?? '',
    reporterNumber: reporter?.number ?? '',
  };
}

export type Report = Record<
  'landmark' | 'address' | 'area' | 'point' | 'kind' | 'priority' | 'casualties' | 'narrative' | 'reporter',
  string
>;

/** What people have reported about an incident, without what its agencies do about it. */
export function reportOf(incident: Incident): Report {
  const form = formOf(incident);
  return {
    landmark: form.landmark,
    address: form.address,
    area: form.areaCode,
    point: form.point,
    kind: incident.type ?? incident.category,
    priority: incident.priority,
    casualties: form.casualties,
    narrative: form.narrative,
    reporter: [form.reporterName, form.reporterNumber].filter(Boolean).join(' · '),
  };
}

/** Which parts of two reports differ. */
export function differing(one: Report, other: Report): (keyof Report)[] {
  return (Object.keys(one) as (keyof Report)[]).filter((part) => one[part] !== other[part]);
}

export function sameReport(one: Report, other: Report): boolean {
  return differing(one, other).length === 0;
}

/** What was typed, as one remark: for a second report of an incident that is open already. */
export function wordsOf(form: FormFields): string {
  const place = [form.landmark, form.address, form.point].map((text) => text.trim()).filter(Boolean);
  const said = [form.said, form.narrative].map((text) => text.trim()).filter(Boolean);
  return [place.join(', '), ...said].filter(Boolean).join('\n');
}

/** The point of a form: as it stands there, or as the server has read it. */
export function pointOf(form: FormFields): { lat: number; lon: number } | null {
  const read = form.pointRead?.text === form.point.trim() ? form.pointRead : null;
  return parsePoint(form.point) ?? (read && { lat: read.lat, lon: read.lon });
}

/** Puts a point into the form, with how sure and how old it is. */
export function takePoint(
  form: FormFields,
  point: { lat: number; lon: number },
  source: PointSource,
  accuracyMetres: number | null = null,
  fixedAt: string | null = null,
): void {
  form.point = showPoint(point.lat, point.lon);
  form.pointRead = null;
  form.pointSource = source;
  form.accuracyMetres = accuracyMetres;
  form.fixedAt = fixedAt;
}

/** `-2.99, 106.45`, also with a semicolon or a space, and with the true minus sign of some maps. */
export function parsePoint(text: string): { lat: number; lon: number } | null {
  const numbers = text
    .trim()
    .replaceAll('−', '-')
    .split(/[\s,;]+/);
  if (numbers.length !== 2 || !numbers.every((one) => /^-?\d{1,3}(\.\d+)?$/.test(one))) return null;
  const [lat, lon] = numbers.map(Number) as [number, number];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

export function showPoint(lat: number, lon: number): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

function parseCasualties(text: string): number | null {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : null;
}

/** Whether losing this form would lose somebody's words. What the call itself filled in does not count. */
export function hasContent(form: FormFields): boolean {
  return (
    [
      form.landmark,
      form.address,
      form.point,
      form.said,
      form.casualties,
      form.narrative,
      form.reporterName,
    ].some((text) => text.trim() !== '') || form.category !== null
  );
}

export interface AgencyChoice {
  agency: Agency;
  role: AgencyRole;
  /** Which response plan adds it; absent where the type names it. */
  because?: ResponsePlan;
}

/**
 * Who would go, by the policy's plan for a type and the plans that add to it: shown before anything is sent. The server routes by
 * itself when nobody changes this list, so that its word counts and not this preview.
 */
export function agenciesFor(
  type: IncidentType | undefined,
  agencies: readonly Agency[],
  plans: readonly ResponsePlan[] = [],
): AgencyChoice[] {
  if (!type) return [];
  const chosen = new Map<string, AgencyChoice>();
  const add = (codes: readonly string[], role: AgencyRole, because?: ResponsePlan) => {
    for (const code of codes) {
      const agency =
        agencies.find((one) => one.code === code) ?? agencies.find((one) => one.functions?.includes(code));
      if (agency && agency.active !== false && !chosen.has(agency.id))
        chosen.set(agency.id, { agency, role, ...(because && { because }) });
    }
  };
  for (const role of ['lead', 'support', 'notify'] as const) {
    add(type[role], role);
    for (const plan of plans) add(plan[role], role, plan);
  }
  const list = [...chosen.values()];
  const first = list.find((one) => one.role === 'support');
  if (first && !list.some((one) => one.role === 'lead')) first.role = 'lead';
  return list;
}
