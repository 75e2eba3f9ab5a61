import type { FakeServer } from './fake-server';

/** One step of a scenario: what happens, in a word, and how. */
export interface Step {
  says: string;
  act: () => void;
}

/** What the screens are shown: where it begins, and what happens then. */
export interface Scenario {
  /** For the list, in Indonesian. */
  title: string;
  /** Where the console opens. */
  path: string;
  /** The server as it is at the beginning. */
  server: () => FakeServer;
  /** What happens, step by step; none for a scene that stands. */
  steps: (server: FakeServer) => Step[];
}
