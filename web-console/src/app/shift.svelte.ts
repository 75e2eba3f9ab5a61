import { api } from '../api/endpoints';
import type { DutyAudio, DutyState } from '../api/types';
import { devices } from '../audio/devices.svelte';
import { NoMicrophone } from '../audio/microphone';
import { seat } from '../audio/seat.svelte';
import { board } from '../feed/board.svelte';
import { feed } from '../feed/feed.svelte';
import { toasts } from '../parts/toasts.svelte';
import { player } from '../sound/player.svelte';
import { reasonOf, tellFailure } from './failure';
import { t } from './i18n/words.svelte';
import { session } from './session.svelte';

/** How one part of the check went. */
export type Step = 'waiting' | 'busy' | 'good' | 'bad';

/** A check in which everything was good goes away by itself after this long. */
const GOOD_CHECK_SHOWN_MILLISECONDS = 4_000;

/** What one may speak or know, besides Indonesian, which everybody speaks. */
export const SKILLS = ['en', 'zh', 'polisi', 'damkar', 'medis', 'sar'] as const;
export type Skill = (typeof SKILLS)[number];

const headset: DutyAudio = { kind: 'browser' };

/**
 * The beginning of a shift as one gesture: sound on and tested, microphone allowed, line to the server tried in both
 * directions, ready for calls. What fails is shown with what can be done about it; nothing else asks for a second press.
 */
class Shift {
  /** The skills that were pressed and are not known to be taken yet. */
  #skillsWished: string[] | null = null;
  #skillsSent: Promise<void> = Promise.resolve();
  /** Whether the check is on the screen. */
  shown = $state(false);
  microphone = $state<Step>('waiting');
  line = $state<Step>('waiting');
  duty = $state<Step>('waiting');
  /** Milliseconds of the test tone to the server and back. */
  echo = $state<number | null>(null);
  /** Why the server would not open the line, in its words. */
  reason = $state('');
  /** The test has sounded and nobody has said yet whether it was heard. */
  asksHeard = $state(false);
  #touched = false;
  #closing: number | undefined;

  async begin(takesCalls: boolean): Promise<void> {
    await player.begin(devices.present('ring'));
    this.asksHeard = player.audio === 'running';
    if (typeof Notification !== 'undefined' && Notification.permission === 'default') {
      void Notification.requestPermission();
    }
    if (!takesCalls) return;
    this.shown = true;
    this.#touched = false;
    const audio = board.duty?.audio ?? headset;
    if (audio.kind === 'phone') await this.beReady(audio);
    else await this.tryHeadset();
  }

  /** What the person says to the test; the log keeps it. What was not heard is tried again on the way to another speaker. */
  async answerHeard(heard: boolean): Promise<void> {
    this.asksHeard = false;
    try {
      await api.noteSoundTest(heard);
    } catch (error) {
      this.asksHeard = true;
      tellFailure(error);
      return;
    }
    if (heard) return;
    toasts.say({ tone: 'warn', title: t('shift.unheard'), detail: t('shift.unheard_detail') });
    player.test();
    this.asksHeard = true;
  }

  /** Microphone, line, echo; then ready. */
  async tryHeadset(): Promise<void> {
    this.microphone = 'busy';
    this.line = 'waiting';
    this.duty = 'waiting';
    this.echo = null;
    this.reason = '';
    try {
      await seat.begin();
    } catch (error) {
      const isMicrophone = error instanceof NoMicrophone;
      this.microphone = isMicrophone ? 'bad' : 'good';
      this.line = isMicrophone ? 'waiting' : 'bad';
      if (!isMicrophone) this.reason = reasonOf(error);
      return;
    }
    this.microphone = 'good';
    await this.tryLine();
    await this.beReady(headset);
  }

  async tryLine(): Promise<void> {
    this.line = 'busy';
    try {
      this.echo = await seat.echo();
      this.line = this.echo === null ? 'bad' : 'good';
    } catch (error) {
      this.line = 'bad';
      this.reason = reasonOf(error);
    }
  }

  /** Takes calls with this audio, whatever it is. */
  async beReady(audio: DutyAudio): Promise<void> {
    this.duty = 'busy';
    if (audio.kind === 'phone') seat.end();
    const done = await this.set('ready', audio);
    this.duty = done ? 'good' : 'bad';
    const allGood = done && (audio.kind === 'phone' || this.line === 'good');
    if (allGood && !this.#touched)
      this.#closing = window.setTimeout(() => this.close(), GOOD_CHECK_SHOWN_MILLISECONDS);
  }

  async set(state: DutyState, audio: DutyAudio = board.duty?.audio ?? headset): Promise<boolean> {
    try {
      board.duty = await api.setDuty(state, audio);
    } catch (error) {
      tellFailure(error);
      return false;
    }
    if (state === 'off' && seat.state !== 'closed') {
      seat.end();
      api.closeSeat().catch(() => undefined);
    }
    return true;
  }

  /** Takes on a language or a desk, or gives it up: calls for it ring here first where the centre rings by skill. */
  toggleSkill(skill: Skill): Promise<void> {
    const known = this.#skillsWished ?? board.duty?.skills ?? [];
    const skills = known.includes(skill) ? known.filter((one) => one !== skill) : [...known, skill];
    this.#skillsWished = skills;
    // One after the other, so that the last press is the last word, however fast they come.
    this.#skillsSent = this.#skillsSent.then(() => this.#sendSkills(skills));
    return this.#skillsSent;
  }

  async #sendSkills(skills: string[]): Promise<void> {
    // A later press says all that this one says.
    if (this.#skillsWished !== skills) return;
    try {
      board.duty = await api.setDuty(board.duty?.state ?? 'off', board.duty?.audio ?? headset, skills);
    } catch (error) {
      tellFailure(error);
    }
    if (this.#skillsWished === skills) this.#skillsWished = null;
  }

  /** After a reload in the middle of a shift: the audio comes back without a press, where the browser allows it. */
  async resume(): Promise<void> {
    const duty = board.duty;
    if (duty === null || duty.state === 'off' || duty.audio.kind !== 'browser') return;
    const opened = await seat.resume().catch(() => false);
    if (opened) await player.wake(devices.present('ring'));
  }

  open(): void {
    this.shown = true;
    this.touch();
    void devices.look();
  }

  /** Somebody looks at it or changes something: it does not go away under their hand. */
  touch(): void {
    this.#touched = true;
    window.clearTimeout(this.#closing);
  }

  close(): void {
    window.clearTimeout(this.#closing);
    this.shown = false;
  }
}

export const shift = new Shift();

// After a restart of the server, or of the line to it, the server may not know this desk's audio any more.
feed.listen((message) => {
  const mayBeLost =
    message.type === 'snapshot' ||
    message.type === 'resumed' ||
    (message.type === 'seat.updated' && message.user_id === session.user?.id);
  if (mayBeLost) seat.verify().catch(() => undefined);
  if (message.type === 'trunk.answers' && message.answers) seat.retryNow();
});
// A microphone that went in the middle of a call comes back by itself.
globalThis.navigator?.mediaDevices?.addEventListener?.('devicechange', () => {
  seat.regainMicrophone().catch(() => undefined);
});
session.onLeave(() => {
  shift.close();
  seat.end();
});
