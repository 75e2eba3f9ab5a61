/** A story that takes longer than this hangs. */
const STORY_MILLISECONDS_MAX = 150_000;

const stories = [];

/** Registers one story; they run in the order of their registration, on one server. */
export function story(name, tell, milliseconds = STORY_MILLISECONDS_MAX) {
  stories.push({ name, tell, milliseconds });
}

/** Runs every story and ends with the one line that scripts read. */
export async function run(world) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const wanted = process.argv[2];
  for (const { name, tell, milliseconds } of stories) {
    if (wanted && !name.includes(wanted)) continue;
    const start = Date.now();
    try {
      await Promise.race([tell(world), rejectAfter(milliseconds)]);
      count.passed += 1;
      console.log(`ok      ${name} (${Date.now() - start} ms)`);
    } catch (error) {
      count.failed += 1;
      console.log(`FAILED  ${name}\n${indent(error.stack ?? String(error))}`);
      await world.photographAll(`failed-${name.replace(/\W+/g, '-')}`);
    } finally {
      await world.closePages();
    }
  }
  return count;
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

export function equal(found, expected, what) {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: expected ${other}, found ${one}`);
}

/** Asks until the answer is yes. A state that never comes fails with the last answer. */
export async function until(ask, what, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not happen within ${milliseconds} ms (last: ${last?.message ?? last})`);
}

function rejectAfter(milliseconds) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not finished after ${milliseconds} ms`)), milliseconds).unref();
  });
}

function indent(text) {
  return text.replace(/^/gm, '        ');
}
