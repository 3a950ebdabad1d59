#pragma once

/// Settings of this process's memory that its libraries leave to C: to be called before any of them is used.
void kith_settle_memory(void);
