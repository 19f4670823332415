package dev.zloop.nativereactor.uring;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** The tests of a class are skipped where there is no io_uring. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
    value = "dev.zloop.nativereactor.uring.Uring#isAvailable",
    disabledReason = "there is no io_uring here: Backend.IO_URING.unavailability() says why")
@interface NeedsUring {}
