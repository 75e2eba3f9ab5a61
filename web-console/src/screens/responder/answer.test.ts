import { expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { answerOf } from './answer';

const ours = (body: { unit_id?: string }) => body.unit_id === 'u1';

function response(status: number, type: string, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': type } });
}

it.each([
  ['the log-in page of a Wi-Fi', response(200, 'text/html', '<title>Wi-Fi</title>')],
  ['a page that is sent as JSON', response(200, 'application/json', '<title>Wi-Fi</title>')],
  ['JSON of somebody else', response(200, 'application/json', '{"ok":true}')],
  ['a Wi-Fi that wants a password', response(401, 'text/html', '401')],
  ['a portal that forbids', response(403, 'application/json', '{"error":"login"}')],
  ['a proxy without its server', response(502, 'text/html', '<h1>Bad gateway</h1>')],
  ['a proxy that has nothing there', response(404, 'text/html', 'nginx')],
  ['a refusal without a code', response(409, 'application/problem+json', '{"title":"x"}')],
  ['a server that is busy', response(503, 'application/problem+json', '{"code":"busy","title":"x"}')],
  ['a server that asks to wait', response(429, 'application/problem+json', '{"code":"x","title":"x"}')],
])('does not take %s for an answer', async (_, one) => {
  expect(await answerOf(one, ours)).toBeNull();
});

it('takes what our server says', async () => {
  const page = response(200, 'application/json; charset=utf-8', '{"unit_id":"u1"}');
  expect(await answerOf(page, ours)).toEqual({ unit_id: 'u1' });
  const refused = response(409, 'application/problem+json', '{"code":"incident_merged","title":"Digabung"}');
  const problem = await answerOf(refused, ours);
  expect(problem).toBeInstanceOf(Problem);
  expect([(problem as Problem).status, (problem as Problem).code]).toEqual([409, 'incident_merged']);
});
