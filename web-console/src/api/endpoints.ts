import { newKey, read, readFile, readReport, readText, write, writeForFile, writeOnce } from './client';
import type {
  Alerts,
  Broadcast,
  CallInAnswer,
  Disaster,
  Agency,
  AlarmCount,
  AlarmReport,
  Area,
  Assignment,
  Call,
  CallBackOutcome,
  CardAnswers,
  CardDraft,
  CardSet,
  RulesDraft,
  Channels,
  Checkpoint,
  Classification,
  Correction,
  DispositionKind,
  Answered,
  Duty,
  DutyAudio,
  DutyState,
  DuplicatesAsked,
  FormDraft,
  FormDraftKept,
  FormStep,
  HeatMap,
  Incident,
  IncidentDetail,
  IncidentPage,
  ImportReport,
  LogEntry,
  MapOffer,
  MapPlace,
  NewIncident,
  NumberRecord,
  Page,
  PaperForm,
  PaperFormBatch,
  PaperFormPage,
  PhoneBook,
  PersonOnDuty,
  PlaceList,
  Places,
  Policy,
  PossibleDuplicate,
  PublicKey,
  RaisedEscalation,
  ReportBy,
  RecapAsked,
  ResponseReport,
  Referral,
  Roster,
  RosterChange,
  Schemas,
  Session,
  ShiftHandover,
  NewUnit,
  SuperviseMode,
  TaskOfAgency,
  TransferStep,
  TrunkList,
  Unit,
  UnitAdvice,
  UnitList,
  UnitSaid,
  User,
  Wallboard,
  Whom,
} from './types';

/** One function per question or intention; nothing else in the console knows a path. */
/** Which report: two days, the second one part of it, and by what it is divided. */
export interface ReportAsked {
  from: string;
  to: string;
  by: ReportBy;
}

const queryOf = ({ from, to, by }: ReportAsked) => new URLSearchParams({ from, to, by }).toString();

export const api = {
  session: () => read<Session>('/session'),
  signIn: (username: string, password: string) => write<Session>('POST', '/session', { username, password }),
  signOut: () => write<void>('DELETE', '/session', undefined),

  duty: () => read<Duty>('/duty'),
  setDuty: (state: DutyState, audio: DutyAudio, skills?: string[]) =>
    write<Duty>('POST', '/duty', { state, audio, ...(skills && { skills }) }),
  duties: () => read<Page<PersonOnDuty> | PersonOnDuty[]>('/duty/all').then(itemsOf),

  seat: () => read<{ connected: boolean; page: string | null }>('/seat'),
  openSeat: (sdp: string, page: string) => write<{ sdp: string }>('POST', '/seat', { sdp, page }),
  closeSeat: () => write<void>('DELETE', '/seat', undefined),
  echo: (on: boolean) => write<void>('POST', '/seat/echo', { on }),

  answer: (call: string, key: string) => write<Answered>('POST', `/calls/${call}/answer`, {}, key),
  refuse: (call: string) => write<Call>('POST', `/calls/${call}/refuse`, {}),
  hold: (call: string) => write<Call>('POST', `/calls/${call}/hold`, {}),
  resume: (call: string) => write<Call>('POST', `/calls/${call}/resume`, {}),
  confer: (call: string, whom: Whom) => write<Call>('POST', `/calls/${call}/conference`, whom),
  transfer: (call: string, whom: Whom) => write<Call>('POST', `/calls/${call}/transfer`, whom),
  dropParty: (call: string, party: string) =>
    write<Call>('DELETE', `/calls/${call}/parties/${party}`, undefined),
  leave: (call: string) => write<Call>('POST', `/calls/${call}/leave`, {}),
  pressDigits: (call: string, digits: string) => write<Call>('POST', `/calls/${call}/digits`, { digits }),
  promptSilentCall: (call: string) => write<Call>('POST', `/calls/${call}/prompt`, { kind: 'silent_call' }),
  takeCallBack: (call: string) => write<Call>('POST', `/calls/${call}/call-back/take`, {}),
  contacts: () => read<PhoneBook>('/contacts'),
  dial: (call: string) => write<{ call: Call }>('POST', `/calls/${call}/dial`, {}),
  supervise: (call: string, mode: SuperviseMode) => write<Call>('POST', `/calls/${call}/${mode}`, {}),
  liftRestriction: (call: string) => write<Call>('POST', `/calls/${call}/lift-restriction`, {}),
  stopListening: (call: string) => write<Call>('POST', `/calls/${call}/stop-listening`, {}),
  hangUp: (call: string) => write<Call>('POST', `/calls/${call}/hangup`, {}),
  dispose: (
    call: string,
    kind: DispositionKind,
    more: { note?: string; incident_id?: string; hang_up?: boolean } = {},
    key: string = newKey(),
  ) => write<Call>('POST', `/calls/${call}/disposition`, { kind, ...more }, key),
  withdraw: (call: string) => write<Call>('DELETE', `/calls/${call}/disposition`, undefined),
  recordCallBack: (call: string, outcome: CallBackOutcome, note?: string) =>
    write<Call>('POST', `/calls/${call}/call-back`, note ? { outcome, note } : { outcome }),

  users: () => read<User[]>('/users'),
  addUser: (user: Schemas['UserRequest'], key: string) => write<User>('POST', '/users', user, key),
  changeUser: (user: string, change: Partial<Schemas['UserChangeRequest']>) =>
    write<User>('PATCH', `/users/${user}`, change),
  addAgency: (agency: Schemas['AgencyRequest'], key: string) =>
    write<Agency>('POST', '/agencies', agency, key),
  changeAgency: (agency: string, change: Schemas['AgencyChangeRequest'], key: string) =>
    write<Agency>('PATCH', `/agencies/${agency}`, change, key),
  importAreas: (file: Schemas['AreasRequest'], key: string) =>
    write<ImportReport>('POST', '/areas', file, key),
  importPlaces: (file: Schemas['PlacesRequest'], key: string) =>
    write<ImportReport>('POST', '/places', file, key),
  placeLists: () => read<PlaceList[]>('/places/lists'),
  numbers: () => read<NumberRecord[]>('/numbers'),
  ruleNumber: (rule: Schemas['NumberRuleRequest'], key: string) =>
    write<NumberRecord>('POST', '/numbers/rules', rule, key),
  mapPlaces: (window: { west: number; south: number; east: number; north: number }) =>
    read<MapPlace[]>(
      `/map/places?${new URLSearchParams(Object.entries(window).map(([name, value]) => [name, value.toFixed(5)]))}`,
    ),
  trunks: () => read<TrunkList>('/trunks'),
  changePassword: (current: string, password: string) =>
    write<void>('POST', '/session/password', { current, password }),
  metrics: () => readText('/metrics'),
  report: (asked: ReportAsked, signal: AbortSignal) =>
    readReport<ResponseReport>(`/reports/response?${queryOf(asked)}`, signal),
  reportFile: (asked: ReportAsked, kind: string) => readFile(`/reports/response?${queryOf(asked)}`, kind),

  giveRecap: (asked: RecapAsked, kind: string) => writeForFile('/reports/recap', asked, kind),

  ownTasks: (limit: number) =>
    read<{ items: TaskOfAgency[] }>(`/assignments?open=false&limit=${limit}`).then(({ items }) => items),

  alerts: () => read<Alerts>('/alerts'),
  proposeDisaster: (disaster: { name: string; incident_id?: string; decree?: string }, key: string) =>
    write<Disaster>('POST', '/disaster', disaster, key),
  confirmDisaster: (disaster: string) => write<Disaster>('POST', `/disaster/${disaster}/confirm`, {}),
  endDisaster: (disaster: string, reason: string) =>
    write<Disaster>('POST', `/disaster/${disaster}/end`, { reason }),
  noteCallIn: (disaster: string, person: string, answer: CallInAnswer) =>
    write<Disaster>('POST', `/disaster/${disaster}/call-in`, { person_id: person, answer }),
  sendBroadcast: (word: { text: string; urgent: boolean; agencies: string[] }, key: string) =>
    write<Broadcast>('POST', '/broadcasts', word, key),
  readBroadcast: (broadcast: string) => write<Broadcast>('POST', `/broadcasts/${broadcast}/read`, {}),

  formDrafts: (call?: string) =>
    read<{ items: FormDraft[] }>(`/drafts${call ? `?call=${call}` : ''}`).then(({ items }) => items),
  keepFormDraft: (form: string, revision: number, content: object, last = false) =>
    writeOnce<FormDraftKept>('PUT', `/drafts/${form}`, { revision, content }, last),
  dropFormDraft: (form: string) => writeOnce<void>('DELETE', `/drafts/${form}`, undefined),

  incidents: (query: string) => read<IncidentPage>(`/incidents?${query}`),
  issueReport: (incident: string, purpose: string, kind: string) =>
    writeForFile(`/incidents/${incident}/reports`, { purpose }, kind),
  incident: (id: string) => read<IncidentDetail>(`/incidents/${id}`),
  createIncident: (incident: NewIncident, key: string) =>
    write<Incident>('POST', '/incidents', incident, key),
  correctIncident: (incident: string, correction: Correction) =>
    write<Incident>('PATCH', `/incidents/${incident}`, correction),
  dispatch: (incident: string, agencies: string[] | undefined, key: string) =>
    write<{ incident: Incident; assignments: Assignment[] }>(
      'POST',
      `/incidents/${incident}/dispatch`,
      agencies ? { agencies } : {},
      key,
    ),
  reassign: (incident: string, assignment: string, agency: string, reason: string) =>
    write<Incident>('POST', `/incidents/${incident}/reassign`, { assignment_id: assignment, agency, reason }),
  close: (incident: string, reason?: string) =>
    write<Incident>('POST', `/incidents/${incident}/close`, reason ? { reason } : {}),
  reopen: (incident: string, reason: string) =>
    write<Incident>('POST', `/incidents/${incident}/reopen`, { reason }),
  cancel: (incident: string, reason: string) =>
    write<Incident>('POST', `/incidents/${incident}/cancel`, { reason }),
  merge: (incident: string, into: string) =>
    write<Incident>('POST', `/incidents/${incident}/merge`, { into }),
  splitIncident: (from: string, incident: string) =>
    write<Incident>('POST', `/incidents/${from}/split`, { kind: 'incident', incident_id: incident }),
  splitCall: (from: string, call: string) =>
    write<Incident>('POST', `/incidents/${from}/split`, { kind: 'call', call_id: call }),
  transferIncident: (incident: string, step: TransferStep, key: string = newKey()) =>
    write<Incident>('POST', `/incidents/${incident}/transfer`, step, key),
  markMassEvent: (incident: string, holds: boolean) =>
    write<Incident>('POST', `/incidents/${incident}/mass-event`, { holds }),
  addNote: (incident: string, text: string, key: string = newKey()) =>
    write<Incident>('POST', `/incidents/${incident}/notes`, { text }, key),

  raiseAlarm: (incident: string, level: number, reason?: string) =>
    write<Incident>('POST', `/incidents/${incident}/alarm`, reason ? { level, reason } : { level }),

  units: () => read<UnitList>('/units'),
  adviseUnits: (incident: string) => read<UnitAdvice>(`/incidents/${incident}/units`),
  registerUnit: (unit: NewUnit) => write<Unit>('POST', '/units', unit),
  tellOfUnit: (unit: string, said: UnitSaid) => write<Unit>('POST', `/units/${unit}`, said),

  step: (assignment: string, action: AssignmentAction, body: Record<string, string | string[]> = {}) =>
    write<Assignment>('POST', `/assignments/${assignment}/${action}`, body, newKey()),

  classify: (text: string, signal: AbortSignal) => ask<Classification>('/classify', { text }, signal),
  duplicates: (asked: DuplicatesAsked, signal: AbortSignal) =>
    ask<{ items: PossibleDuplicate[] }>('/duplicates', asked, signal),
  places: (query: Record<string, string | number>, signal: AbortSignal) => {
    const text = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return read<Places>(`/places?${new URLSearchParams(text)}`, signal);
  },
  cards: (version?: number) => read<CardSet>(version === undefined ? '/cards' : `/cards?version=${version}`),
  cardDrafts: () => read<Page<CardDraft>>('/cards/drafts').then(itemsOf),
  saveCardDraft: (draft: Schemas['CardDraftRequest'], key: string) =>
    write<CardDraft>('POST', '/cards/drafts', draft, key),
  stepCardDraft: (draft: string, step: Schemas['CardStep'], revision: number, reason?: string) =>
    write<CardDraft>('POST', `/cards/drafts/${draft}/step`, { step, revision, ...(reason && { reason }) }),
  rulesDrafts: (version?: string) =>
    read<Schemas['RulesDraftPage']>(
      version === undefined ? '/policy/drafts' : `/policy/drafts?version=${version}`,
    ),
  saveRulesDraft: (draft: Schemas['RulesDraftRequest'], key: string) =>
    write<RulesDraft>('POST', '/policy/drafts', draft, key),
  stepRulesDraft: (draft: string, step: Schemas['CardStep'], revision: number, reason?: string) =>
    write<RulesDraft>('POST', `/policy/drafts/${draft}/step`, { step, revision, ...(reason && { reason }) }),
  answerCard: (incident: string, answers: CardAnswers) =>
    write<Incident>('POST', `/incidents/${incident}/answers`, answers),
  refer: (call: string, to: string, about: string, key: string) =>
    write<Referral>('POST', `/calls/${call}/refer`, { to, about }, key),
  referrals: () => read<{ items: Referral[] }>('/referrals').then((page) => page.items),
  passReferralOn: (referral: string, reference: string) =>
    write<Referral>('POST', `/referrals/${referral}/forwarded`, { reference }),
  paperForms: () => read<PaperFormPage>('/paper-forms'),
  paperForm: (typed: string, signal?: AbortSignal) =>
    read<PaperForm>(`/paper-forms/${encodeURIComponent(typed)}`, signal),
  giveOutForms: (count: number, key: string) => write<PaperFormBatch>('POST', '/paper-forms', { count }, key),
  settleForm: (number: string, step: FormStep, reason: string) =>
    write<PaperForm>('POST', `/paper-forms/${number}`, { step, reason }),
  roster: () => read<Roster>('/roster'),
  changeRoster: (change: RosterChange, key: string = newKey()) =>
    write<Roster>('POST', '/roster', change, key),
  handovers: () => read<{ items: ShiftHandover[] }>('/handovers').then((page) => page.items),
  handShiftOver: (note: string, key: string) =>
    write<ShiftHandover>('POST', '/handovers', note ? { note } : {}, key),
  takeShiftOver: (handover: string, note: string) =>
    write<ShiftHandover>('POST', `/handovers/${handover}/take`, note ? { note } : {}),
  policy: () => read<Policy>('/policy'),
  areas: () => read<Area[] | Page<Area>>('/areas').then(itemsOf),
  map: () => read<MapOffer>('/map'),
  heat: (hours: number) => read<HeatMap>(`/map/heat?hours=${hours}`),
  agencies: () => read<Agency[] | Page<Agency>>('/agencies').then(itemsOf),

  channels: () => read<Channels>('/channels'),
  testChannels: (agency: string | null) => write<{ begun: boolean }>('POST', '/channels/tests', { agency }),

  /** What sounded at this console in ten minutes. */
  /** For a page that closes: sent once, and on its way when the page is gone. */
  countLastAlarms: (count: AlarmCount) => writeOnce<void>('POST', '/alarms', count, true),
  countAlarms: (count: AlarmCount, key: string) => write<void>('POST', '/alarms', count, key),
  /** Whether the alarms were heard at the start of the shift. */
  noteSoundTest: (heard: boolean) => write<void>('POST', '/alarms/sound-test', { heard }),
  alarms: () => read<AlarmReport>('/alarms'),

  wallboard: () => read<Wallboard>('/wallboard'),
  escalations: () =>
    read<RaisedEscalation[] | Page<RaisedEscalation>>('/escalations?limit=100').then(itemsOf),
  checkpoints: () => read<{ items: Checkpoint[] }>('/log/checkpoints?limit=30').then((page) => page.items),
  entryProof: (index: string) => readFile(`/log/${index}/proof`, 'application/json'),
  growthProof: (size: string) => readFile(`/log/checkpoints/${size}/growth`, 'application/json'),
  log: (after: string, limit: number) =>
    read<{ entries: LogEntry[]; head: string }>(`/log?after=${after}&limit=${limit}`),
  checkpoint: () => read<Checkpoint>('/log/checkpoint'),
  publicKey: () => read<PublicKey>('/log/public-key'),
  ready: () => read<{ demo?: boolean }>('/health/ready'),
};

export type AssignmentAction =
  | 'acknowledge'
  | 'decline'
  | 'en-route'
  | 'on-scene'
  | 'working'
  | 'under-control'
  | 'complete'
  | 'take-back'
  | 'seen';

/** A question changes nothing, but it is a POST, because the words of a caller do not belong into a URL. */
async function ask<Answer>(path: string, body: object, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(`/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': newKey() },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as Answer;
}

function itemsOf<Item>(answer: Item[] | Page<Item>): Item[] {
  return Array.isArray(answer) ? answer : answer.items;
}
