import type { frame as source } from '../id/frame';

/** What every screen has around it: log-in, strip, keys, alarms. */
export const frame: Record<keyof typeof source, string> = {
  'app.name': 'Sigap 112',
  'app.language': 'Language',
  'app.theme.dark': 'Dark theme',
  'app.theme.light': 'Light theme',
  'app.sign_out': 'Log out',
  'app.keys': 'Keys',
  'app.loading': 'Loading…',
  'app.close': 'Close',
  'app.not_kept': 'This choice cannot be kept on this PC',
  'app.not_kept_means':
    'The browser’s storage is full or closed. The choice lasts until this page is closed; what you type and your calls are safe on the server. Ask who keeps the PC to free its disk.',
  'app.not_found': 'There is no such page.',
  'app.go_home': 'To the work screen',
  'app.skip': 'Skip to content',

  'login.title': 'Log in to the console',
  'login.subtitle': 'Single emergency number service 112',
  'login.username': 'User name',
  'login.password': 'Password',
  'login.submit': 'Log in',
  'login.busy': 'Checking…',
  'login.expired': 'Your session ended. Log in again; what you typed into the form is kept.',
  'login.missing': 'Fill in the user name and the password.',
  'login.unreachable': 'The server cannot be reached. What you typed is kept; try again in a moment.',
  'login.demo': 'Demo mode: the password of every user is sigap-demo',

  'strip.connected': 'Connected',
  'strip.connecting': 'Connecting…',
  'strip.cut': 'Cut off – trying again in {seconds} s',
  'strip.stale': 'data may be stale since {time}',
  'strip.data_at': 'data {time}',
  'strip.retry': 'Try now',
  'strip.training': 'TRAINING · nothing here is real',
  'strip.no_trunk': 'The telephone part does not answer',
  'strip.no_trunk_means': 'new calls do not show yet; the system reconnects by itself',
  'strip.emergency_mode':
    'Emergency mode: the store is out of reach. Calls are still answered and recorded; entries stay on this screen and are sent again.',

  'keys.title': 'Keys on this screen',
  'keys.overview': 'Open or close this list',

  'command.title': 'Command',
  'command.hint': 'Type a key, an incident number, a type, an agency or an area',
  'command.how': '↑ ↓ choose · Enter carries out · Esc closes',
  'command.none': 'Nothing matches. Esc closes; nothing has changed.',
  'command.incident': 'Open {number}',
  'command.answer': 'Answer {number}',
  'command.close': 'Close incident {number}',
  'command.type': 'Type: {name}',
  'command.add': 'Add {name}',
  'command.leave_out': 'Leave {name} out',
  'command.area': 'Area: {name}',
  'command.task': 'Open task {number}',
  'command.page': 'Page {name}',

  'error.unreachable': 'The server does not answer. Nothing changed; try again.',

  'alarm.escalation': 'New escalation',
  'alarm.crew': 'A crew in the field calls',
};
