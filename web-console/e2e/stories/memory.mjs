// Whether consoles that stay open all night grow. In `make test` a few calls with bounds that only a leak exceeds;
// `E2E_SOAK_MINUTES=60 npm run e2e memory` gives the figures of load-tests/README.md.
import { check, story, until } from '../harness.mjs';
import { beginShift } from '../world.mjs';

const MINUTES = Number(process.env.E2E_SOAK_MINUTES ?? 0);
const CALLS = MINUTES > 0 ? Infinity : 12;
/** A centre that is busy all night: a call every five seconds. */
const PACE_MILLISECONDS = Number(process.env.E2E_SOAK_PACE ?? 5_000);
/** What the first calls bring is kept for good: screens, words, patterns. */
const WARM_UP_SHARE = 1 / 4;
/** Of the middle of a run, after which its end has grown. */
const GROWTH_MAX = MINUTES > 0 ? 1.1 : 1.35;
/** Of such small numbers a tenth says nothing. */
const SLACK = { heap: 1_500_000, nodes: 400, listeners: 60 };

async function meter(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
    return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
  };
}

const middle = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

const lastOf = (found) => Object.fromEntries(Object.entries(found).map(([who, all]) => [who, all.at(-1)]));

/** One call from ring to closure at all three consoles. */
async function oneCall(world, { taker, agency }, nth) {
  const caller = await world.call({ number: `+62812800${String(nth).padStart(5, '0')}` });
  await taker.getByText(caller.number).first().waitFor();
  await taker.keyboard.press('F2');
  await until(() => caller.statuses.includes(200), 'the answer reaches the caller');
  await until(() => taker.evaluate(() => document.activeElement?.id === 'landmark'), 'the focus');
  const place = `gudang ${crypto.randomUUID().slice(0, 8)}`;
  await taker.keyboard.type(place);
  await taker.selectOption('#type', { label: 'Kebakaran bangunan' });
  await taker.keyboard.press('Control+Enter');
  const card = agency.locator('article', { hasText: place });
  await card.waitFor();
  caller.hangUp();
  await taker.locator('.live').waitFor({ state: 'detached' });
  await card.getByRole('button', { name: place }).click();
  await agency.keyboard.press('t');
  await card.waitFor({ state: 'detached' });
  for (const key of ['1', '2', '5']) await agency.keyboard.press(key);
  const ask = await world.api('pengawas');
  const { items } = await ask('GET', '/incidents?status=open&limit=100');
  const incident = items.find((one) => one.location.landmark === place);
  for (let note = 0; note < 5; note += 1)
    await ask('POST', `/incidents/${incident.id}/notes`, { text: `kabar ${note}` });
  await ask('POST', `/incidents/${incident.id}/close`, { reason: 'selesai' });
}

story(
  'memory: consoles that stay open do not grow from call to call',
  async (shared) => {
    // What other stories left open would be in the figures.
    const world = await shared.apart();
    const pages = {
      taker: await world.signedIn('petugas1'),
      agency: await world.signedIn('damkar'),
      supervisor: await world.signedIn('pengawas'),
    };
    for (const page of Object.values(pages)) await beginShift(page);
    const meters = {};
    for (const [who, page] of Object.entries(pages)) meters[who] = await meter(page);
    const found = Object.fromEntries(Object.keys(pages).map((who) => [who, []]));
    const end = Date.now() + MINUTES * 60_000;
    const every = MINUTES > 0 ? 10 : 1;
    let calls = 0;
    while (calls < CALLS && (MINUTES === 0 || Date.now() < end)) {
      const began = Date.now();
      await oneCall(world, pages, calls);
      calls += 1;
      if (MINUTES > 0)
        await pages.taker.waitForTimeout(Math.max(0, PACE_MILLISECONDS - (Date.now() - began)));
      if (calls % every > 0) continue;
      for (const [who, measure] of Object.entries(meters)) found[who].push(await measure());
      // An hour that ends with a fault has not been for nothing.
      if (MINUTES > 0) console.log(`        ${calls} calls: ${JSON.stringify(lastOf(found))}`);
    }
    for (const [who, all] of Object.entries(found)) {
      const warm = all.slice(Math.floor(all.length * WARM_UP_SHARE));
      const third = Math.max(1, Math.floor(warm.length / 3));
      for (const what of ['heap', 'nodes', 'listeners']) {
        const [first, last] = [warm.slice(0, third), warm.slice(-third)].map((part) =>
          middle(part.map((one) => one[what])),
        );
        const unit = what === 'heap' ? 1_000 : 1;
        console.log(
          `        ${who}: ${what} ${Math.round(first / unit)} → ${Math.round(last / unit)}${unit > 1 ? ' kB' : ''} after ${calls} calls`,
        );
        check(last <= first * GROWTH_MAX + SLACK[what], `${what} of ${who} grew from ${first} to ${last}`);
      }
    }
  },
  (MINUTES + 3) * 60_000,
);
