/** Places of Istanbul; `parsePlaces()` explains the columns. Costs are in Turkish lira. */
export const places = `
# Sultanahmet
Ayasofya | sight | 41.0086 28.9802 | 60 | 1250 | morning midday afternoon | top | Mosaics and calligraphy under a dome that seems to float.
Sultanahmet Camii | sight | 41.0054 28.9768 | 40 | 0 | day | top | Six minarets and twenty thousand blue tiles; cover shoulders and knees.
Topkapı Sarayı | museum | 41.0115 28.9834 | 150 | 2400 | morning afternoon | top book closed:tue | Courtyards, the harem and the kitchens of the sultans.
Yerebatan Sarnıcı | sight | 41.0084 28.9779 | 45 | 1500 | day | steep | Two Medusa heads in a forest of columns under the city.
Arkeoloji Müzeleri | museum | 41.0117 28.9814 | 90 | 750 | day | | The Alexander sarcophagus and the oldest peace treaty.
Türk ve İslam Eserleri Müzesi | museum | 41.0063 28.9749 | 60 | 850 | day | | Carpets as large as rooms, above the hippodrome.
Gülhane Parkı | nature | 41.0132 28.9810 | 40 | 0 | day evening | | Plane trees below the palace, with tea above the Bosphorus.
Tarihi Sultanahmet Köftecisi | food | 41.0079 28.9764 | 50 | 550 | lunch dinner | | Meatballs, white beans and semolina, little else since 1920.

# Sirkeci
Hocapaşa Sokak | food | 41.0128 28.9759 | 75 | 800 | dinner | area | Kebab and stew kitchens side by side near the old station.
Hodjapasha Dance Theater | entertainment | 41.0131 28.9761 | 70 | 1300 | night | book | Whirling dervishes under the dome of a hammam.

# Eminönü
Kapalıçarşı | shopping | 41.0107 28.9681 | 75 | - | day | top closed:sun | Sixty covered streets of carpets, lamps and gold.
Mısır Çarşısı | shopping | 41.0165 28.9706 | 40 | - | day | | Sumac, saffron and sweets in a hall of 1664.
Pandeli | food | 41.0169 28.9711 | 70 | 1300 | lunch | closed:sun | Lamb and aubergine in turquoise rooms above the spice market.
Süleymaniye Camii | sight | 41.0162 28.9640 | 50 | 0 | day | steep | Sinan's great mosque on its hill, light and without excess.
Tarihi Süleymaniye Kurufasulyecisi | food | 41.0153 28.9637 | 50 | 400 | lunch | steep | White beans in tomato and butter, opposite the mosque.
Rüstem Paşa Camii | sight | 41.0177 28.9686 | 25 | 0 | day | steep | Up a hidden stair to walls full of tulip tiles.
Galata Köprüsü | sight | 41.0198 28.9733 | 30 | 0 | day evening | | Anglers in a row, ferries below, minarets in the last light.

# Galata
Galata Kulesi | sight | 41.0256 28.9741 | 50 | 1400 | day evening | steep | A Genoese tower with a balcony all the way around.
Karaköy Güllüoğlu | food | 41.0237 28.9780 | 30 | 300 | midday afternoon | | Thin pastry, pistachios and syrup: baklava by weight.
İstanbul Modern | museum | 41.0264 28.9832 | 80 | 750 | day | closed:mon | Turkish art of our time in a silver building on the quay.
Nardis Jazz Club | nightlife | 41.0262 28.9739 | 100 | 900 | night | book | A brick room of a hundred seats near the tower.

# Beyoğlu
İstiklal Caddesi | sight | 41.0340 28.9785 | 60 | 0 | day evening | area | A red tram, passages and music along the grand pedestrian street.
Pera Müzesi | museum | 41.0319 28.9752 | 65 | 350 | day | closed:mon | The Tortoise Trainer, and views of the old city by foreign painters.
Masumiyet Müzesi | museum | 41.0310 28.9796 | 60 | 450 | day | closed:mon | Orhan Pamuk's novel as a house of small objects.
Çiçek Pasajı | food | 41.0338 28.9781 | 90 | 1300 | dinner | | Meze and raki in a passage where flowers were sold.
Nevizade Sokak | food | 41.0347 28.9773 | 90 | 1100 | dinner | area | Long tables of small plates, elbow to elbow.
Atatürk Kültür Merkezi | entertainment | 41.0371 28.9876 | 110 | 800 | night | book | Opera in a red sphere on Taksim Square.

# Beşiktaş
Dolmabahçe Sarayı | sight | 41.0391 29.0005 | 110 | 1900 | morning afternoon | top closed:mon | A crystal staircase, and clocks set to the hour of Atatürk's death.
İstanbul Deniz Müzesi | museum | 41.0417 29.0056 | 70 | 300 | day | closed:mon | Golden rowing barges of the sultans in a hall by the ferry.
Beşiktaş Çarşı | food | 41.0431 29.0057 | 75 | 750 | lunch dinner | area | Fish stalls and taverns around the statue of an eagle.
Yıldız Parkı | nature | 41.0490 29.0142 | 55 | 0 | day | steep | Pavilions and ponds in a steep forest above the Bosphorus.

# Ortaköy
Ortaköy Camii | sight | 41.0472 29.0270 | 30 | 0 | day evening | | A small white mosque at the water, beside the great bridge.
Ortaköy Meydanı | food | 41.0476 29.0265 | 50 | 400 | lunch dinner | area | Baked potatoes with a dozen fillings, to eat on the quay.

# Fener
Kariye Camii | sight | 41.0311 28.9390 | 50 | 1000 | day | | The finest late Byzantine mosaics and frescoes.
Fener Rum Patrikhanesi | sight | 41.0291 28.9519 | 30 | 0 | day | | The seat of the Orthodox patriarch, with a carved golden screen.
Vodina Caddesi | food | 41.0314 28.9484 | 65 | 550 | lunch | area steep | Cafés between the painted houses of Balat.

# Eyüp
Eyüp Sultan Camii | sight | 41.0480 28.9338 | 35 | 0 | day | | Pilgrims crowd around the tiled tomb of a companion of the Prophet.
Pierre Loti Tepesi | sight | 41.0536 28.9339 | 50 | 100 | day evening | steep | Tea on a hill above the whole Golden Horn.

# Üsküdar
Mihrimah Sultan Camii | sight | 41.0268 29.0160 | 25 | 0 | day | | Sinan built it for a princess, right at the ferry pier.
Kanaat Lokantası | food | 41.0256 29.0170 | 60 | 600 | lunch dinner | | Home cooking behind glass since 1933; point at what you like.
Salacak Sahili | nature | 41.0214 29.0073 | 40 | 0 | afternoon evening | | Steps by the water face the Maiden's Tower and the sunset.

# Kadıköy
Çiya Sofrası | food | 40.9901 29.0251 | 75 | 800 | lunch dinner | | Forgotten dishes of Anatolia, by weight from the counter.
Moda Sahili | nature | 40.9790 29.0260 | 50 | 0 | day evening | | Lawns by the sea, where friends share tea and sunflower seeds.
Süreyya Operası | entertainment | 40.9877 29.0289 | 110 | 500 | night | book | Ballet and opera in a small house of 1927.
Kadife Sokak | nightlife | 40.9870 29.0277 | 90 | 500 | night | area | The street of bars: gardens, old records and live bands.
`;
