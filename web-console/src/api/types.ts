/**
 * The names by which the console speaks of the server's shapes. The shapes themselves are generated
 * from `openapi.json` (`sigap openapi > openapi.json && npm run api`); nothing is written twice.
 */
import type { components } from './api.gen';

export type Schemas = components['schemas'];

export type Role = Schemas['UserRole'];
export type User = Schemas['User'];
export type Session = Schemas['Session'];
export type Named = Schemas['Named'];
export type Duty = Schemas['Duty'];
export type DutyState = Schemas['DutyState'];
export type PersonOnDuty = Schemas['PersonOnDuty'];

export type DutyAudio = Schemas['Audio'];

export type Channels = Schemas['Channels'];
export type AlarmCount = Schemas['AlarmCount'];
export type AlarmReport = Schemas['AlarmReport'];
export type ChannelTest = Schemas['ChannelTest'];

export type Call = Schemas['Call'];
export type Answered = Schemas['CallAnswered'];
export type SuperviseMode = Schemas['SuperviseMode'];
export type PhoneBook = Schemas['PhoneBook'];
export type QueuePlace = Schemas['QueuePlace'];
export type LocationFix = Schemas['Fix'];
export type DispositionKind = Schemas['DispositionKind'];
export type CallBackOutcome = Schemas['CallBackOutcome'];

export type MapOffer = Schemas['MapOffer'];
export type BaseMapFault = Schemas['BaseMapFault'];
export type HeatMap = Schemas['HeatMap'];
export type RecapAsked = Schemas['RecapRequest'];
export type ReportRhythm = Schemas['ReportRhythm'];
export type ReportDay = Schemas['ReportDay'];
export type ResponseReport = Schemas['ResponseReport'];
export type ReportFigures = Schemas['ReportFigures'];
export type ReportGroup = Schemas['ReportGroup'];
export type IntervalView = Schemas['IntervalView'];
export type TargetView = Schemas['TargetView'];
/** By what a report is divided. */
export const reportBys = ['category', 'agency', 'area', 'hour', 'day', 'call_taker'] as const;
export type ReportBy = (typeof reportBys)[number];

export type Category = Schemas['Category'];
export type Priority = Schemas['Priority'];
export type AgencyRole = Schemas['AgencyRole'];
export type Incident = Schemas['Incident'];
export type IncidentPage = Schemas['IncidentPage'];
export type Transfer = Schemas['Transfer'];
export type TransferStep = Schemas['TransferRequest'];
export type Contact = Schemas['Contact'];
export type IncidentDetail = Schemas['IncidentDetail'];
export type IncidentLocation = Schemas['Location'];
export type IncidentStatus = Schemas['IncidentStatus'];
export type Note = Schemas['Note'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type NewIncident = Schemas['IncidentRequest'];
export type Correction = Schemas['EditRequest'];

export type PaperForm = Schemas['PaperForm'];
export type PaperFormPage = Schemas['PaperFormPage'];
export type PaperFormBatch = Schemas['PaperFormBatch'];
export type PaperRequest = Schemas['PaperRequest'];
export type FormDraft = Schemas['FormDraft'];
export type FormDraftKept = Schemas['FormDraftKept'];
export type FormStep = Schemas['FormStep'];

export type Assignment = Schemas['Assignment'];
export type AssignmentState = Schemas['AssignmentState'];
export type Escalation = Schemas['Ladder'];
export type Unit = Schemas['Unit'];
export type UnitList = Schemas['UnitList'];
export type UnitAdvice = Schemas['UnitAdvice'];
export type AgencyUnits = Schemas['AgencyUnits'];
export type PassedUnit = Schemas['PassedUnit'];
export type RankedUnit = Schemas['RankedUnit'];
export type UnitKind = Schemas['UnitKind'];
export type UnitSkill = Schemas['UnitSkill'];
export type NewUnit = Schemas['RegisterUnitRequest'];
export type UnitSaid = Schemas['UnitRequest'];
export type CrewPage = Schemas['CrewPage'];
export type CrewTask = Schemas['CrewTask'];
export type CrewSaid = Schemas['CrewSaysRequest'];

export type RaisedEscalation = Schemas['Escalation'];

export type PossibleDuplicate = Schemas['PossibleDuplicate'];
export type DuplicateReason = Schemas['DuplicateReason'];
export type DuplicatesAsked = Schemas['DuplicatesRequest'];
export type AbsorbedIncident = Schemas['AbsorbedIncident'];
/** An incident that very many call about. */
export type MassEvent = Schemas['Suspected'];

export type Classification = Schemas['Classification'];
export type Suggestion = Schemas['Suggestion'];
export type Places = Schemas['Places'];
export type PlaceHit = Schemas['PlaceHit'];
export type ReadPoint = Schemas['ReadPoint'];
export type Whereabouts = Schemas['Whereabouts'];
export type PointSource = Schemas['PointSource'];
export type Referral = Schemas['Referral'];
export type ReferralTarget = Schemas['ReferralTarget'];
export type Roster = Schemas['Roster'];
export type RosterPerson = Schemas['RosterPerson'];
export type RosterPost = Schemas['RosterPost'];
export type RosterShift = Schemas['RosterShift'];
export type RosterSwap = Schemas['RosterSwap'];
export type RosterChange = Schemas['RosterRequest'];
export type Post = Schemas['Post'];
export type EscalationStep = Schemas['EscalationStep'];
export type ShiftHandover = Schemas['ShiftHandover'];
export type CardSet = Schemas['CardSet'];
export type Card = Schemas['Card'];
export type CardQuestion = Card['questions'][number];
export type CardChoice = CardQuestion['answers'][number];
export type CardInstruction = Schemas['CardInstruction'];
export type CardDraft = Schemas['CardDraft'];
export type RulesChange = Schemas['RulesChange'];
export type RulesDraft = Schemas['RulesDraft'];
export type RulesParts = Schemas['RulesParts'];
/** The rules that can be changed, all of them. */
export type WholeRules = { [Part in keyof RulesChange]: NonNullable<RulesChange[Part]> };
export type LadderRung = WholeRules['ladders'][string][number];
export type RulesException = WholeRules['ladder_exceptions'][number];
export type RoutingRow = WholeRules['routing'][number];
export type PlanRow = WholeRules['plans'][number];
export type DraftState = Schemas['DraftState'];
export type Flag = Schemas['Flag'];
export type GivenAnswer = Schemas['GivenAnswer'];
export type CardAnswers = Schemas['AnswersRequest'];
export type Policy = Schemas['Policy'];
export type IncidentType = Schemas['TypePlan'];
export type ResponsePlan = Schemas['ResponsePlan'];
export type Agency = Schemas['Agency'];
/** GeoJSON has no schema in the document; the map library reads it. */
export type Area = Omit<Schemas['Area'], 'polygon'> & { polygon: object | null };

export type Wallboard = Schemas['Wallboard'];
export type SystemMode = Schemas['SystemMode'];
export type LogEntry = Schemas['LogLine'];
export type Checkpoint = Schemas['Checkpoint'];
export type PublicKey = Schemas['PublicKey'];

export type FeedMessage = Schemas['FeedMessage'];
export type Snapshot = Extract<FeedMessage, { type: 'snapshot' }>;

/** A refusal. A proxy in front may leave out what our server always says. */
export type ProblemBody = Pick<Schemas['Problem'], 'status' | 'code' | 'title'> & Partial<Schemas['Problem']>;

/** An assignment that came inside its incident has no summary of it, and needs none. */
export type AssignmentInFeed = Assignment &
  Partial<Pick<Schemas['AssignmentWithIncident'], 'incident_number' | 'category' | 'priority'>>;

/** Whom one asks into a call, or gives it to: somebody of the phone book, or a number. */
export type Whom = { agency: string } | { target: string };

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** From the most urgent to the least. */
export const priorities = ['P1', 'P2', 'P3', 'P0'] as const satisfies readonly Priority[];

export const dispositionKinds = [
  'incident',
  'prank',
  'ghost',
  'accidental',
  'information',
  'complaint',
  'abandoned',
  'wrong_number',
  'duplicate',
  'test',
] as const satisfies readonly DispositionKind[];
export type Alerts = Schemas['Alerts'];
export type Broadcast = Schemas['Broadcast'];
export type CallInAnswer = Schemas['CallInAnswer'];
export type Disaster = Schemas['Disaster'];
export type TaskOfAgency = Schemas['AssignmentWithIncident'];
export type ImportReport = Schemas['ImportReport'];
export type NumberRecord = Schemas['NumberRecord'];
export type PlaceList = Schemas['PlaceList'];
export type TrunkList = Schemas['TrunkList'];
export type Trunk = Schemas['Trunk'];
export type MapPlace = Schemas['MapPlace'];
