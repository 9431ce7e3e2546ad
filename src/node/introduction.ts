/**
 * Whoever asks to join introduces himself. What he says is replicated and outlives every process,
 * so that nothing enters which a node could not live with: it is judged before anybody believes it.
 * Pure.
 */

import { type NodeId, nodeId } from '../base/ids.ts'
import type { Place } from '../io/members/service.ts'
import { TAKEN, unproved } from '../raft/links/judgement.ts'
import { type Incarnation, isEarlier, isSame } from '../raft/links/memory.ts'
import { isDialable } from './address.ts'
import { isNodeId } from './names.ts'
import type { EnrolmentRefusal, Introduction } from './roster/roster.ts'

interface Refusal {
  readonly code: string
  readonly message: string
}

export type IntroductionAnswer =
  | { readonly who: Introduction; readonly refusal?: never }
  | { readonly who?: never; readonly refusal: Refusal }

/** Random letters and digits, whoever made them. */
const RANDOM_ID = /^[A-Za-z0-9._-]{1,64}$/

/** What somebody else said is shown no longer than this. */
const SHOWN_CHARS_MAX = 64

interface Demand {
  readonly field: keyof Introduction
  readonly wish: string
  holds(place: Place): boolean
}

const demands: readonly Demand[] = [
  {
    field: 'node',
    wish: 'an id of letters, digits, dots and dashes, at most 63, as in a DNS name',
    holds: ({ node }) => isNodeId(node),
  },
  {
    field: 'store',
    wish: 'the id of a data folder',
    holds: ({ store }) => RANDOM_ID.test(store),
  },
  {
    field: 'boot',
    wish: 'a whole number',
    holds: ({ boot }) => Number.isSafeInteger(boot) && boot >= 0,
  },
  {
    field: 'opening',
    wish: 'the id of an opening of that folder',
    holds: ({ opening }) => RANDOM_ID.test(opening),
  },
  {
    field: 'address',
    wish: 'a HOST:PORT that others can dial',
    holds: ({ address }) => isDialable(address),
  },
  {
    field: 'http',
    wish: 'a HOST:PORT that others can ask',
    holds: ({ http }) => isDialable(http),
  },
]

/** `names`: what a certificate proves; undefined: without TLS nobody proves anything. */
export function judgeIntroduction(
  place: Place | null,
  names: readonly string[] | undefined,
): IntroductionAnswer {
  if (place === null) return bad('nobody is introduced')
  const missed = demands.find(demand => !demand.holds(place))
  if (missed !== undefined) {
    const said = JSON.stringify(clipped(String(place[missed.field])))
    return bad(`the ${missed.field} is ${said} and not ${missed.wish}`)
  }
  const who = introductionOf(place)
  const message = unproved(who.node, names)
  return message === undefined ? { who } : { refusal: { code: 'not-allowed', message } }
}

/** What counts for as long as a node runs: nobody takes its place. */
export interface Namesake extends Incarnation {
  readonly address: string
}

/** What is told to an earlier start of a folder, or to a copy of it. */
const OLD: Refusal = {
  code: 'old-incarnation',
  message:
    'a later start of this data folder has joined, or one of a copy of it: an old copy came ' +
    'back, or an old process still runs; stop it, or start it again: it joins anew, as another ' +
    'replica',
}

const enrolmentRefusals: Readonly<Record<EnrolmentRefusal, string>> = {
  'store-replaced':
    'the cluster has given up this data folder for a newer one of the same node; ' +
    'stop it, or start it again: it joins anew, as another replica',
  'old-incarnation': OLD.message,
  'roster-full': 'the group has as many replicas as it can have; remove a node first',
}

/** What is said to whom a group's roster refuses. */
export function enrolmentRefusal(code: EnrolmentRefusal): string {
  return enrolmentRefusals[code]
}

/**
 * `known`: the life of a node of that name that is reached here. A later start of the same folder
 * is no more than another one: it may be a copy that counts further.
 */
export function judgeNamesake(
  who: Incarnation & Pick<Introduction, 'node'>,
  known: Namesake | undefined,
): Refusal | undefined {
  if (known === undefined || isSame(known, who)) return undefined
  if (known.store === who.store && isEarlier(who, known)) return OLD
  return namesakeRefusal(who.node, known.address)
}

export function namesakeRefusal(node: NodeId, address: string): Refusal {
  const message =
    `a node called ${node} runs at ${address} already; give each node an --id of its own, or ` +
    'stop that one first if this one is to take its place'
  return { code: TAKEN, message }
}

export function introductionOf(place: Place): Introduction {
  const { node, store, boot, opening, address, http } = place
  return { node: nodeId(node), store, boot, opening, address, http }
}

/** Somebody else's words in a sentence of ours. */
export function clipped(text: string): string {
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}...` : text
}

function bad(what: string): IntroductionAnswer {
  const advice = 'start that node with an --id and addresses that hold, in the version of this one'
  const message = `whoever asks to join is not introduced well: ${what}; ${advice}`
  return { refusal: { code: 'bad-introduction', message } }
}
