/**
 * The one table of `userErrors` codes of the graph: why a mutation was refused, and what its caller can do. One kind of
 * fault has one code. The enum `UserErrorCode` in the SDL of every subgraph has the same values and descriptions
 * (test/user-error-codes.test.ts).
 */
export const userErrorCodes = {
  // Input
  INVALID_INPUT: 'A value has a wrong form or is outside its range. Correct the field.',
  INVALID_TIME: 'A time is implausible, in the future where it must not be, or contradicts another one. Correct it.',
  PICKUP_IN_PAST: 'The pickup window is in the past. Give a later one.',
  REASON_REQUIRED: 'A reason is missing. Give one.',
  PROOF_REQUIRED: 'The proof of delivery is missing. Give one.',
  LICENSE_REQUIRED: 'The driver has no licence for this. Add it, or choose another driver.',
  CURRENCY_MISMATCH: 'The currency differs from that of the record. Use the currency of the record.',
  // Records
  NOT_FOUND: 'The record does not exist, or you may not see it. Correct the id.',
  CONFLICT: 'The record has changed since you read it. Read it again and repeat the change with its new version.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used with a different input before. Use a new key.',
  NAME_TAKEN: 'The name belongs to another record. Choose another one.',
  EMAIL_TAKEN: 'The e-mail address belongs to another account. Use another one.',
  ACCOUNT_TAKEN: 'The account belongs to another driver. Choose another account.',
  LICENSE_TAKEN: 'The licence belongs to another driver. Correct it.',
  PLATE_TAKEN: 'The plate belongs to another vehicle. Correct it.',
  REFERENCE_TAKEN: 'The reference belongs to another record. Choose another one.',
  CHANGED: 'The row was imported before with other values. Change the record itself, or restore the row.',
  ALREADY_LISTED: 'The value is already on the watchlist.',
  ALREADY_RATED: 'The shipment already has a rating.',
  ALREADY_ACCEPTED: 'The quote was already accepted.',
  ALREADY_ASSIGNED: 'The shipment already has an assignment. Release it first.',
  NOT_READY: 'The latest change of the record has not arrived yet. Try again in a moment.',
  // Permissions
  NOT_ALLOWED: 'You may not do this with this record. Ask someone who may.',
  FORBIDDEN_ORGANIZATION: 'You may not act for this organization.',
  ORGANIZATION_REQUIRED: 'These roles need an organization. Name one.',
  ORGANIZATION_REFUSED: 'These roles cannot belong to an organization. Leave it out.',
  LAST_ADMIN: 'The last administrator cannot be removed. Make another account an administrator first.',
  NOT_A_DRIVER: 'Your account does not belong to a driver.',
  INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
  INVALID_REFRESH_TOKEN: 'The refresh token is no longer valid. Sign in again.',
  INVALID_CODE: 'The code is wrong or was used before. Give the next one.',
  INVALID_CHALLENGE: 'The challenge is over. Sign in again.',
  INVALID_RESET_TOKEN: 'The token is wrong, was used or has expired. Request a new one.',
  WEAK_PASSWORD: 'The password is easy to guess. Choose another one.',
  // States
  INVALID_STATE: 'The record is in a state that does not allow this. Read it again.',
  INVALID_TRANSITION: 'The shipment cannot go from its status to this one. Choose one of its `nextStatuses`.',
  NOT_OPEN: 'The case is no longer open.',
  NOT_BOOKED: 'The shipment is not booked.',
  NOT_DELIVERED: 'The shipment is not delivered yet.',
  NOT_QUOTABLE: 'The shipment can no longer be quoted.',
  NOT_ASSIGNED: 'The shipment has no assignment. Assign it first.',
  EXPIRED: 'The quote has expired. Request a new one.',
  WITHDRAWN: 'The quote was withdrawn. Request a new one.',
  RISK_PENDING: 'The shipment is being reviewed. Try again when the review is over.',
  RISK_BLOCKED: 'The shipment was blocked by risk. Ask a reviewer to remove the cause.',
  // Drivers and vehicles
  DRIVER_INACTIVE: 'The driver is not active. Choose another driver.',
  DRIVER_NOT_QUALIFIED: 'The driver lacks a qualification that the load needs. Choose another driver.',
  ON_SHIFT: 'The driver is on a shift. End it first.',
  SHIFT_OPEN: 'The driver is already on a shift. End it first.',
  NOT_ON_SHIFT: 'The driver is not on a shift. Start one first.',
  ACTIVE_ASSIGNMENTS: 'The driver or vehicle still has active assignments. Finish or release them first.',
  DOUBLE_BOOKED: 'The driver or vehicle has another load at that time. Choose another one.',
  NOBODY_FREE: 'No free driver and vehicle can carry the load in time. Change its windows, or free somebody.',
  VEHICLE_RETIRED: 'The vehicle is retired. Choose another vehicle.',
  WRONG_EQUIPMENT: 'The vehicle is not of the equipment that the load needs. Choose another vehicle.',
  OVER_CAPACITY: 'The load exceeds the capacity of the vehicle. Choose another vehicle.',
  SHIPMENT_UNDERWAY: 'The shipment is on its way, so this can no longer change.',
  INSUFFICIENT_POINTS: 'The driver has fewer points than the reward costs.',
  // Payments
  OVERPAYMENT: 'The payment exceeds the amount due. Correct it, or accept the rest as credit.',
  DUPLICATE_PAYMENT: 'A payment with this bank reference was already recorded.',
  TOO_MANY_PAYMENTS: 'The invoice has reached its limit of payments.',
} as const;

export type UserErrorCode = keyof typeof userErrorCodes;

/** Codes of earlier releases. No mutation returns them any more: each has a successor. */
export const deprecatedUserErrorCodes = {
  EMPTY: 'INVALID_INPUT',
  OUT_OF_RANGE: 'INVALID_INPUT',
  IN_THE_FUTURE: 'INVALID_TIME',
  INVALID_REFERENCE: 'INVALID_INPUT',
  INVALID_SOURCE: 'INVALID_INPUT',
  INVALID_AMOUNT: 'INVALID_INPUT',
  BAD_NAME: 'INVALID_INPUT',
  BAD_AREA: 'INVALID_INPUT',
  BAD_COORDINATES: 'INVALID_INPUT',
  BAD_HYSTERESIS: 'INVALID_INPUT',
  BAD_BATCH_SIZE: 'INVALID_INPUT',
} as const satisfies Record<string, UserErrorCode>;
