import { beLikeAPage } from './dawn.ts';

beLikeAPage();
