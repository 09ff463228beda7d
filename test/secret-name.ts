/** Matches the names of fields whose values are secrets that a client sees once. */
export const secretName = /token$|secret|recoveryCodes|otpauth|^(apiKey|key)$/i;
