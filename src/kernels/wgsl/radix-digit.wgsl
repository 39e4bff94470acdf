// Library of radix sorts, least significant digit first: 16 values a digit, that of key bits shift … shift + 3.
const DIGITS = 16u;

fn digit_of(key: u32) -> u32 { return (key >> size.shift) & (DIGITS - 1u); }
