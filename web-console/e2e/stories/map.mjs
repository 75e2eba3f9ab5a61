import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { faults } from '../axe.mjs';
import { check, equal, story, until } from '../harness.mjs';
import { baseMap } from '../pmtiles.mjs';

/** The kabupaten of the demo. */
const LAND = { west: 105.9, south: -3.3, east: 107.1, north: -2.4 };

/** A map that moves slower than this cannot be used; the figure that is wanted is in load-tests/README.md. */
const FRAMES_A_SECOND_MIN = 15;

const base = (page) => page.getByRole('button', { name: 'Peta dasar' });
const marks = (page) => page.locator('.mark');

async function putBaseMap(world) {
  const folder = path.join(world.server.folder, 'map');
  const bytes = baseMap(LAND, {
    from: 6,
    to: 13,
    attribution: '<a href="https://contoh.id">© Pembuat peta uji</a>',
  });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'bangka.pmtiles'), bytes);
  await writeFile(path.join(folder, 'putus.pmtiles'), bytes.subarray(0, 5_000));
  return bytes.length;
}

/** The page of units, which has the widest map. */
async function watching(world, options) {
  const page = await world.signedIn('pengawas', options);
  await page.goto(`${world.server.origin}/pengawas/unit`);
  await page.locator('.canvas canvas').first().waitFor();
  return page;
}

/** How many pixels of the map have the colour of a token, within so much of each of red, green and blue. */
async function pixels(page, token, within = 0) {
  return page.evaluate(
    ([name, tolerance]) => {
      const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      const wanted = [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
      let count = 0;
      for (const canvas of document.querySelectorAll('.canvas canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4) {
          const near = wanted.every((value, part) => Math.abs(data[at + part] - value) <= tolerance);
          if (near && data[at + 3] === 255) count += 1;
        }
      }
      return count;
    },
    [token, within],
  );
}

/** 200 incidents around two towns, seven of them at one point. */
async function twoHundred(world) {
  const ask = await world.api('petugas1');
  const towns = [
    [-3.005, 106.455],
    [-2.79, 106.35],
  ];
  const reports = Array.from({ length: 200 }, (_, place) => {
    const [lat, lon] = towns[place % 2];
    const away = place < 7 ? 0 : place / 4_000;
    const turn = place * 2.4;
    const location = {
      lat: lat + away * Math.sin(turn),
      lon: lon + away * Math.cos(turn),
      landmark: `rumah ${place}`,
    };
    if (place < 7) Object.assign(location, { lat: -2.6, lon: 106.6, landmark: `pasar kios ${place}` });
    const priority = place === 3 ? 'P1' : place % 5 === 0 ? 'P2' : 'P3';
    return { category: 'a', type: 'kebakaran_bangunan', priority, narrative: 'Asap terlihat.', location };
  });
  for (let at = 0; at < reports.length; at += 10) {
    await Promise.all(reports.slice(at, at + 10).map((report) => ask('POST', '/incidents', report)));
  }
}

/** Frames in a second while the map is dragged and zoomed for three seconds: of the page, and those that moved the map. */
async function framesWhileMoving(page) {
  const box = await page.locator('.canvas').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.evaluate(() => {
    const canvas = document.querySelector('.canvas canvas');
    const began = performance.now();
    const state = { count: 0, moved: 0, began, last: began, worst: 0, seen: '' };
    window.moving = state;
    const frame = (now) => {
      // Reading a strip also waits until the canvas is drawn.
      const strip = canvas
        .getContext('2d')
        .getImageData(0, canvas.height >> 1, canvas.width, 1)
        .data.join();
      state.count += 1;
      state.moved += strip === state.seen ? 0 : 1;
      state.worst = Math.max(state.worst, now - state.last);
      Object.assign(state, { seen: strip, last: now });
      if (!state.ended) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const end = Date.now() + 3_000;
  for (let turn = 0; Date.now() < end; turn += 1) {
    await page.mouse.move(x, y);
    await page.mouse.down();
    for (let step = 0; step < 30; step += 1) {
      await page.mouse.move(x + step * 5 * (turn % 2 ? -1 : 1), y + step * 3);
    }
    await page.mouse.up();
    await page.mouse.wheel(0, turn % 4 < 2 ? -240 : 240);
  }
  return page.evaluate(() => {
    const { count, moved, began, worst } = window.moving;
    window.moving.ended = true;
    const seconds = (performance.now() - began) / 1_000;
    return { rate: count / seconds, moved: moved / seconds, worst: Math.round(worst) };
  });
}

story(
  'a base map beside the data is read in parts, drawn below the areas, and can be put away',
  async (shared) => {
    const world = await shared.apart();
    const without = await watching(world);
    equal(await base(without).count(), 0, 'switches without a base map');
    equal(await pixels(without, 'map-green'), 0, 'pixels of a base map that is not there');

    const length = await putBaseMap(world);
    const page = await world.signedIn('pengawas');
    const answers = [];
    page.on('response', (response) => {
      if (response.url().includes('/map/base/')) answers.push(response);
    });
    await page.goto(`${world.server.origin}/pengawas/unit`);
    await until(async () => (await pixels(page, 'map-green')) > 20_000, 'the ground of the base map');
    check((await pixels(page, 'map-road')) > 1_000, 'its roads');
    equal(
      [...new Set(answers.map((answer) => answer.status()))],
      [206],
      'answers to the reader of the base map',
    );
    const sent = answers.reduce((sum, answer) => sum + Number(answer.headers()['content-length']), 0);
    check(sent > 0 && sent < length / 2, `${sent} of ${length} bytes were read`);
    await page.getByText('© Pembuat peta uji', { exact: true }).waitFor();
    await page.getByText('Peta dasar putus.pmtiles terpotong; salin ulang.').waitFor();
    await world.photograph(page, 'map-base-1366-dark');

    await page.keyboard.press('Alt+d');
    await until(async () => (await pixels(page, 'map-green')) === 0, 'the map as it is without');
    equal(await base(page).getAttribute('aria-pressed'), 'false', 'the switch');
    await page.reload();
    await base(page).waitFor();
    equal(await base(page).getAttribute('aria-pressed'), 'false', 'the switch on the next day');
    await base(page).click();
    await until(async () => (await pixels(page, 'map-green')) > 20_000, 'the base map again');

    // An agency draws it too, and hears nothing of what only the operator can mend.
    const agency = await world.signedIn('damkar', { theme: 'light', width: 1920, height: 1080 });
    await until(async () => (await pixels(agency, 'map-green')) > 20_000, 'the base map of an agency');
    equal(await agency.getByText('putus.pmtiles').count(), 0, 'words on the file that is cut off');
    await world.photograph(agency, 'map-base-agency-1920-light');
    await rm(path.join(world.server.folder, 'map'), { recursive: true });
  },
);

story(
  'two hundred incidents are groups that open, and move smoothly on a PC without a GPU',
  async (shared) => {
    const world = await shared.apart();
    await putBaseMap(world);
    await twoHundred(world);
    const page = await watching(world);
    await marks(page).first().waitFor();
    await until(async () => (await pixels(page, 'map-green')) > 20_000, 'the base map');
    const drawn = await marks(page).count();
    check(drawn >= 2 && drawn < 40, `${drawn} groups`);
    const spoken = await marks(page).evaluateAll((all) => all.map((mark) => mark.ariaLabel));
    const grouped = spoken.reduce((sum, words) => sum + Number.parseInt(words, 10), 0);
    check(grouped > 150 && grouped <= 200, `${grouped} incidents in groups`);
    equal(await faults(page), [], 'faults');
    await world.photograph(page, 'map-groups-1366-dark');

    // By key: nearer, until what stands at one point is a list.
    const market = page.getByRole('button', {
      name: '7 insiden di satu titik, tertinggi P1 Kritis: buka daftar',
    });
    await market.waitFor();
    await market.focus();
    await page.keyboard.press('Enter');
    const list = page.getByRole('region', { name: '7 insiden di titik ini' });
    await list.waitFor();
    equal(await list.locator('li').count(), 7, 'incidents in the list');
    check((await list.locator('li').first().innerText()).includes('kios 3'), 'the most urgent one is first');
    await world.photograph(page, 'map-list-1366-dark');
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    const town = page.getByRole('button', { name: /insiden berdekatan/ }).first();
    const before = Number.parseInt(await town.getAttribute('aria-label'), 10);
    await town.focus();
    await page.keyboard.press('Enter');
    await until(async () => {
      const now = await marks(page).evaluateAll((all) =>
        all.map((mark) => Number.parseInt(mark.ariaLabel, 10)),
      );
      return now.length > 0 && Math.max(...now) < before;
    }, 'smaller groups nearer by');

    await world.photograph(page, 'map-near-1366-dark');
    const frames = await framesWhileMoving(page);
    const figures = [frames.rate, frames.moved].map((rate) => rate.toFixed(1));
    console.log(`        ${figures.join(' frames/s, of which moved the map ')}, longest ${frames.worst} ms`);
    check(frames.moved >= FRAMES_A_SECOND_MIN, `the map moved ${figures[1]} times a second`);
  },
);

story('where incidents were: a day or a week, with figures and a legend', async (shared) => {
  const world = await shared.apart();
  await twoHundred(world);
  const taker = await world.api('petugas1');
  await taker('POST', '/incidents', {
    category: 'a',
    type: 'kebakaran_bangunan',
    narrative: 'Asap.',
    location: { landmark: 'entah di mana' },
  });
  const found = [];
  for (const [width, height, theme] of [
    [1366, 768, 'dark'],
    [1920, 1080, 'light'],
  ]) {
    const page = await watching(world, { width, height, theme });
    await page.keyboard.press('Alt+z');
    const legend = page.getByRole('region', { name: 'Sebaran insiden' });
    await legend.getByText('201 insiden').waitFor();
    await legend.getByText('1 tanpa titik', { exact: false }).waitFor();
    await legend.getByRole('button', { name: '7 hari' }).click();
    await legend.getByText('201 insiden').waitFor();
    await until(async () => (await pixels(page, 'accent')) > 100, 'squares with their edges');
    equal(await marks(page).count(), 0, 'groups over the figures');
    found.push(...(await faults(page)).map((fault) => `${theme} ${fault}`));
    await world.photograph(page, `heat-${width}-${theme}`);
    await page.keyboard.press('Alt+z');
    await legend.waitFor({ state: 'detached' });
    await until(async () => (await pixels(page, 'accent')) < 100, 'no squares');
  }
  equal(found, [], 'faults');
});

story('who looks closely sees the places by name, and the call-taker where the units are', async (shared) => {
  const world = await shared.apart();
  for (const theme of ['dark', 'light']) {
    const page = await world.signedIn('petugas1', { width: 1366, height: 768, theme });
    await page.locator('.canvas canvas').first().waitFor();
    await until(async () => (await pixels(page, 'good')) > 100, 'units that are ready');
    const asked = [];
    page.on('request', (request) => {
      if (request.url().includes('/map/places')) asked.push(request.url());
    });
    await page.waitForTimeout(500);
    equal(asked, [], 'places from far away');
    const told = page.waitForResponse((response) => response.url().includes('/map/places'));
    for (let turn = 0; turn < 4; turn += 1) {
      await page.locator('.ol-zoom-in').click();
      await page.waitForTimeout(350);
    }
    const places = await (await told).json();
    check(places.length > 0 && places.every((one) => one.name !== ''), `${places.length} places`);
    await page.waitForTimeout(700);
    await world.photograph(page, `map-places-${theme}`);
  }
});
