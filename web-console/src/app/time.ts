const HOUR_MILLISECONDS = 3_600_000;

/** The three zones of Indonesia; none has a summer time. Storage is UTC. */
const zones = {
  'Asia/Jakarta': { word: 'WIB', hours: 7 },
  'Asia/Makassar': { word: 'WITA', hours: 8 },
  'Asia/Jayapura': { word: 'WIT', hours: 9 },
} as const;
type Zone = keyof typeof zones;

/** What the clocks in the room show. The server says it with the session, before anything is shown. */
let zone: Zone = 'Asia/Jakarta';
let formats = formatsOf(zone);

/** Says by which clock the centre lives. */
export function liveBy(name: string): void {
  if (!(name in zones)) return;
  zone = name as Zone;
  formats = formatsOf(zone);
}

/** WIB, WITA or WIT. */
export function zoneWord(): string {
  return zones[zone].word;
}

/** How far the clocks in the room are ahead of UTC. */
export function aheadMilliseconds(): number {
  return zones[zone].hours * HOUR_MILLISECONDS;
}

/** The day in the room, `YYYY-MM-DD`. */
export function dayHere(milliseconds: number): string {
  return new Date(milliseconds + aheadMilliseconds()).toISOString().slice(0, 10);
}

/** The moment at which the clocks in the room show this day and time, `YYYY-MM-DD` and `HH:MM`; NaN for what is none. */
export function momentHere(day: string, time: string): number {
  return Date.parse(`${day}T${time}:00Z`) - aheadMilliseconds();
}

function formatsOf(timeZone: Zone) {
  const day = { day: 'numeric', month: 'short', year: 'numeric', timeZone } as const;
  return {
    time: new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
    days: { id: new Intl.DateTimeFormat('id-ID', day), en: new Intl.DateTimeFormat('en-GB', day) },
  };
}

type Moment = string | number | Date;

/** 07.39.23, as official Indonesian writes a time of day. */
export function clockTime(moment: Moment): string {
  return formats.time.format(new Date(moment)).replaceAll(':', '.');
}

/** 07.39 */
export function hourMinute(moment: Moment): string {
  return clockTime(moment).slice(0, 5);
}

/** 22 Nov 2026 07.39.23 WIB */
export function fullTime(moment: Moment, language: 'id' | 'en'): string {
  return `${formats.days[language].format(new Date(moment))} ${clockTime(moment)} ${zoneWord()}`;
}

/** 22 Nov 2026 07.39 */
export function dayAndMinute(moment: Moment, language: 'id' | 'en'): string {
  return `${formats.days[language].format(new Date(moment))} ${hourMinute(moment)}`;
}

/** 02.14 where it is of the same day as `other`, with its date where it is not. */
export function besideTime(moment: Moment, other: Moment, language: 'id' | 'en'): string {
  const [date, day] = [moment, other].map((one) => formats.days[language].format(new Date(one)));
  return date === day ? hourMinute(moment) : `${date} ${hourMinute(moment)}`;
}

/** 0.07, 12.30, 1.02.30: minutes and seconds as a running clock shows them. Never below zero. */
export function runningClock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, '0'))).join('.');
}

/** "3 menit", for ages where seconds would only be noise. */
export function roughAge(milliseconds: number, language: 'id' | 'en'): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  const units =
    language === 'id' ? (['dtk', 'mnt', 'jam', 'hari'] as const) : (['s', 'min', 'h', 'd'] as const);
  if (seconds < 90) return `${seconds} ${units[0]}`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} ${units[1]}`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} ${units[2]}`;
  return `${Math.round(seconds / 86_400)} ${units[3]}`;
}

/** 1.250 m or 1,3 km */
export function distance(metres: number, language: 'id' | 'en'): string {
  const number = new Intl.NumberFormat(language === 'id' ? 'id-ID' : 'en-GB', { maximumFractionDigits: 1 });
  return metres < 2_000 ? `${number.format(Math.round(metres))} m` : `${number.format(metres / 1_000)} km`;
}

/** 2,5 */
export function decimal(value: number, language: 'id' | 'en'): string {
  return value.toLocaleString(language === 'id' ? 'id-ID' : 'en-GB', {
    maximumFractionDigits: 1,
    minimumFractionDigits: 1,
  });
}
