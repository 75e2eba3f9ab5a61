import { expect, test } from 'vitest';

import { csvOf } from './channel-report';

test('a report can be read by a spreadsheet and runs nothing there', () => {
  const text = csvOf([
    {
      id: 'uji-1',
      agency: 'damkar',
      agency_name: 'Damkar, "Toboali"',
      place: 0,
      channel: 'sms',
      gateway: '=cmd',
      state: 'failed',
      confirmed: false,
      result: 'no report',
      asked_by: null,
      asked_at: '2026-11-23T03:00:00Z',
      at: '2026-11-23T03:00:31Z',
    },
  ]);
  expect(text.split('\r\n')).toEqual([
    'asked_at,agency,agency_name,place,channel,gateway,state,confirmed,result,at,asked_by',
    `2026-11-23T03:00:00Z,damkar,"Damkar, ""Toboali""",1,sms,'=cmd,failed,false,no report,2026-11-23T03:00:31Z,`,
    '',
  ]);
});
