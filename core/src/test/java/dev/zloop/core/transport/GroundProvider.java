package dev.zloop.core.transport;

import java.util.List;

/**
 * Brings grounds of another module, found as a service. The contracts are then held on those alone:
 * where they live they are held on this machine's.
 */
public interface GroundProvider {
  List<Ground> grounds();
}
