// Writes down what the demo server answers about what changes seldom: `npm run stories:record` beside a running `make run`.
import { mkdir, writeFile } from 'node:fs/promises';

const origin = process.argv[2] ?? 'http://127.0.0.1:8112';
const folder = new URL('./recorded/', import.meta.url);
const wanted = ['policy', 'areas', 'agencies', 'cards', 'wallboard', 'roster', 'contacts', 'channels', 'map'];

const opened = await fetch(`${origin}/api/v1/session`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'pengawas', password: 'sigap-demo' }),
});
const { token } = await opened.json();
await mkdir(folder, { recursive: true });
for (const name of wanted) {
  const answer = await fetch(`${origin}/api/v1/${name}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(await answer.json())}\n`);
}
console.log(`recorded ${wanted.join(', ')}`);
