/** Test support: what is on its way between replicas. Everything waits until a script says. */

import type { ReplicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import type { Path } from './command.ts'

export class Net {
  #flying: Message[] = []
  #cuts: Path[] = []

  get flying(): readonly Message[] {
    return this.#flying
  }

  /** false: the path is cut and the message is lost. */
  send(message: Message): boolean {
    if (this.#cuts.some(path => isOn(path, message))) return false
    this.#flying.push(message)
    return true
  }

  /** Takes the messages that are on their way now and pass. */
  take(passes: (message: Message) => boolean): readonly Message[] {
    const taken = this.#flying.filter(passes)
    this.#flying = this.#flying.filter(message => !taken.includes(message))
    return taken
  }

  takeFirst(passes: (message: Message) => boolean): Message | undefined {
    const at = this.#flying.findIndex(passes)
    return at < 0 ? undefined : this.#flying.splice(at, 1)[0]
  }

  /** What is under way on a path that is cut still arrives. */
  cut(path: Path): void {
    this.#cuts.push(path)
  }

  isolate(id: ReplicaId): void {
    this.cut({ from: id, to: undefined })
    this.cut({ from: undefined, to: id })
  }

  heal(): void {
    this.#cuts = []
  }
}

export function isOn({ from, to }: Path, message: Message): boolean {
  return (from === undefined || from === message.from) && (to === undefined || to === message.to)
}
