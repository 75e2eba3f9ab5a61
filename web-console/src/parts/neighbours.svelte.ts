import { newKey } from '../api/client';
import { api } from '../api/endpoints';
import type { Contact, Incident, Transfer, TransferStep } from '../api/types';
import { session } from '../app/session.svelte';

/** The neighbouring centres of the phone book. */
class Neighbours {
  #contacts = $state.raw<Contact[]>([]);
  #asked = false;

  /** In the order of the phone book; the one that owns where it happens first. */
  of(owner: string | null): Contact[] {
    this.#ask();
    const owns = (contact: Contact) => (contact.code === owner ? 0 : 1);
    return [...this.#contacts].sort((one, other) => owns(one) - owns(other));
  }

  /** Asked once a shift: the book is part of the configuration. A failure is asked again next time. */
  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    api.contacts().then(
      (book) => (this.#contacts = book.contacts.filter((contact) => contact.neighbour)),
      () => (this.#asked = false),
    );
  }

  forget(): void {
    this.#asked = false;
    this.#contacts = [];
  }
}

export const neighbours = new Neighbours();
session.onLeave(() => neighbours.forget());

/**
 * The keys under which steps of hand-overs are sent: the same step in the same situation has the same one, so that it is
 * taken once when its answer was lost; another step, or the same one when more has happened since, has a new one.
 */
export class StepKeys {
  #keys = new Map<string, string>();

  of(incident: Pick<Incident, 'id' | 'transfers' | 'origin'>, step: TransferStep): string {
    const { id, transfers, origin } = incident;
    const what = JSON.stringify([id, transfers.map((one) => one.state), origin?.state, step]);
    const key = this.#keys.get(what) ?? newKey();
    this.#keys.set(what, key);
    return key;
  }
}

/** The offer that a neighbouring centre has not answered. */
export function waitingOffer(incident: Incident): Transfer | null {
  return incident.transfers.find((one) => one.state === 'waiting') ?? null;
}

/** Whether it can be offered now: it is ours, and nobody else has it or is asked. */
export function mayOffer(incident: Incident): boolean {
  const stands = incident.transfers.some((one) => one.state === 'waiting' || one.state === 'accepted');
  return !stands && incident.origin?.state !== 'asked';
}
