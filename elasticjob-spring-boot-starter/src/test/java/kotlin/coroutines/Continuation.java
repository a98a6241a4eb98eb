package kotlin.coroutines;

/** Stands for the one of Kotlin, the last parameter of whatever Kotlin makes of a {@code suspend fun}. */
public interface Continuation<T> {}
