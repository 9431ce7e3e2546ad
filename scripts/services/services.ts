/** Every service there is, by name. */

import { etcd } from './etcd.ts'
import { kafka, kafka3 } from './kafka/kafka.ts'
import type { Service } from './service.ts'
import { toxiproxy } from './toxiproxy.ts'

export const services: readonly Service[] = [toxiproxy, etcd, kafka, kafka3]
