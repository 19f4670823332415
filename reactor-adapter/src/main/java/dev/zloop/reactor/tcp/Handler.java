package dev.zloop.reactor.tcp;

import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;

/** What a user does with each connection, and what hears of it when that fails. */
record Handler(
    BiFunction<? super Inbound, ? super Outbound, ? extends Publisher<Void>> function,
    BiConsumer<? super Connection, ? super Throwable> onError) {}
