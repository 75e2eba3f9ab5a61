import type { id } from './id';

export const en: Record<keyof typeof id, string> = {
  'app.name': 'Sigap 112',
  'app.language': 'Language',
  'app.theme.dark': 'Dark theme',
  'app.theme.light': 'Light theme',
  'app.sign_out': 'Log out',

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
};
