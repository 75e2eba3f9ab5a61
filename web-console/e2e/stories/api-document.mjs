import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { check, equal, story } from '../harness.mjs';

const run = promisify(execFile);
const here = (name) => path.resolve(import.meta.dirname, '../..', name);

story('openapi.json and the generated types are those of the server', async (world) => {
  const served = await (await fetch(`${world.server.origin}/api/v1/openapi.json`)).json();
  const kept = JSON.parse(await readFile(here('openapi.json'), 'utf8'));
  const names = (document) => Object.keys(document.components.schemas).sort();
  equal(names(kept), names(served), 'schemas (renew: sigap openapi > openapi.json && npm run api)');
  const differing = names(served).filter(
    (name) =>
      JSON.stringify(kept.components.schemas[name]) !== JSON.stringify(served.components.schemas[name]),
  );
  equal(differing, [], 'schemas that differ (renew: sigap openapi > openapi.json && npm run api)');
  const { stdout } = await run(
    'node',
    [here('node_modules/openapi-typescript/bin/cli.js'), here('openapi.json')],
    {
      cwd: here('.'),
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const generated = await readFile(here('src/api/api.gen.ts'), 'utf8');
  check(stdout.trim() === generated.trim(), 'src/api/api.gen.ts is stale: npm run api');
});
