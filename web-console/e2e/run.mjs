// Browser tests against the real binary: `npm run e2e [part of a story's name]`.
// The binary is SIGAP_BIN or ../target/debug/sigap, the browser CHROMIUM or /usr/bin/chromium,
// screenshots go to E2E_SHOTS; without it only those of a story that failed, to a temporary folder.
import { check, run, story } from './harness.mjs';
import './stories/api-document.mjs';
import './stories/log-in.mjs';
import './stories/whole-thread.mjs';
import './stories/dispositions.mjs';
import './stories/form.mjs';
import './stories/drafts.mjs';
import './stories/commands.mjs';
import './stories/keyboard.mjs';
import './stories/places.mjs';
import './stories/proposals.mjs';
import './stories/cards.mjs';
import './stories/rules.mjs';
import './stories/agency.mjs';
import './stories/units.mjs';
import './stories/responder.mjs';
import './stories/alarms.mjs';
import './stories/supervisor.mjs';
import './stories/map.mjs';
import './stories/zones.mjs';
import './stories/wall.mjs';
import './stories/alerts.mjs';
import './stories/admin.mjs';
import './stories/reports.mjs';
import './stories/settings.mjs';
import './stories/channels.mjs';
import './stories/corrections.mjs';
import './stories/panel.mjs';
import './stories/duplicates.mjs';
import './stories/referrals.mjs';
import './stories/paper.mjs';
import './stories/neighbours.mjs';
import './stories/rosters.mjs';
import './stories/looks.mjs';
import './stories/zoom.mjs';
import './stories/names.mjs';
import './stories/scenarios.mjs';
import './stories/looks-of-a-call.mjs';
import './stories/looks-of-a-shift.mjs';
import './stories/voice.mjs';
import './stories/voice-people.mjs';
import './stories/voice-parties.mjs';
import './stories/voice-desk.mjs';
import './stories/measures.mjs';
import './stories/memory.mjs';
import './stories/reconnect.mjs';
import './stories/halves.mjs';
import './stories/trouble.mjs';
import { World } from './world.mjs';

story('no page left its origin or broke the content security policy', (world) => {
  check(world.trespasses.length === 0, world.trespasses.slice(0, 10).join('\n'));
});

const world = new World();
let count = { passed: 0, failed: 1, skipped: 0 };
try {
  await world.open();
  count = await run(world);
} catch (error) {
  console.log(error.stack);
} finally {
  await world.close();
}
console.log(`screenshots: ${world.shots}`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;
